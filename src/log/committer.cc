#include "log/committer.h"

#include "log/limits.h"

namespace millrace::log {

std::unique_ptr<Committer> Committer::create(ports::Shard& shard, std::uint64_t journal_bytes, bool always_journal) {
  const std::uint64_t bytes = journal_bytes == 0 ? kJournalFileBytes : journal_bytes;
  return std::make_unique<GroupCommitter>(shard, bytes, always_journal);
}

void GroupCommitter::add(BeginSync begin) {
  waiting_.push_back(std::move(begin));
  schedule();
}

MarkFile& GroupCommitter::marks(const std::string& log_dir) {
  auto& file = marks_[log_dir];
  if (file == nullptr) file = std::make_unique<MarkFile>(shard_, log_dir);
  return *file;
}

Journal& GroupCommitter::journal(const std::string& log_dir) {
  auto& journal = journals_[log_dir];
  if (journal == nullptr) journal = std::make_unique<Journal>(shard_, log_dir, journal_bytes_, choice_);
  return *journal;
}

// In the turn's end: the logs have not taken note of their syncs yet.
void GroupCommitter::write_marks() {
  if (marks_.empty()) return;
  shard_.timers.at_turn_end([this] {
    for (auto& [dir, marks] : marks_) marks->write();
  });
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
  choice_.begin_round();
  std::vector<BeginSync> round;
  round.swap(waiting_);
  for (auto& [dir, marks] : marks_) {
    if (!marks->sync_due()) continue;
    round.push_back([file = marks.get()](Task finished) { file->sync(std::move(finished)); });
  }
  running_ = round.size();
  for (BeginSync& begin : round) {
    begin([this] {
      MR_ASSERT(running_ > 0);
      if (--running_ == 0) write_marks();
      schedule();
    });
  }
}

}  // namespace millrace::log
