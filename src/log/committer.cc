#include "log/committer.h"

namespace millrace::log {

std::unique_ptr<Committer> Committer::create(ports::Shard& shard) { return std::make_unique<GroupCommitter>(shard); }

void GroupCommitter::add(BeginSync begin) {
  waiting_.push_back(std::move(begin));
  schedule();
}

void GroupCommitter::schedule() {
  if (scheduled_ || running_ > 0 || waiting_.empty()) return;
  scheduled_ = true;
  shard_.timers.at_turn_end([this] {
    scheduled_ = false;
    begin_round();
  });
}

void GroupCommitter::begin_round() {
  MR_ASSERT(running_ == 0);
  std::vector<BeginSync> round;
  round.swap(waiting_);
  running_ = round.size();
  for (BeginSync& begin : round) {
    begin([this] {
      MR_ASSERT(running_ > 0);
      --running_;
      schedule();
    });
  }
}

}  // namespace millrace::log
