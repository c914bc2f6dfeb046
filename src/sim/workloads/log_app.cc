#include "sim/workloads/log_app.h"

#include <string>
#include <utility>

namespace millrace::sim {
namespace {

constexpr const char* kMarker = "logs/.kafka_cleanshutdown";

struct Found {
  bool clean = false;
  std::map<log::MarkKey, log::DurableMark> marks;
};

// Job: the marks go before the marker, so that a crash in between leaves a directory that is known to be whole.
Result<Found> open_directory(ports::BlockingFiles& files) {
  const Status made = files.create_directory(kLogDirectory);
  if (!made && made.error() != Error::exists) return made.error();
  MR_TRY(files.sync_directory("."));
  Found found;
  const auto marker = files.open(kMarker, ports::OpenMode::read);
  if (!marker && marker.error() != Error::not_found) return marker.error();
  if (marker) {
    found.clean = true;
    MR_TRY(log::remove_marks(files, kLogDirectory));
    MR_TRY(files.sync_directory(kLogDirectory));
    MR_TRY(files.remove(kMarker));
    MR_TRY(files.sync_directory(kLogDirectory));
    return found;
  }
  auto marks = log::gather_marks(files, kLogDirectory);
  if (!marks) return marks.error();
  found.marks = std::move(*marks);
  return found;
}

Status leave_marker(ports::BlockingFiles& files) {
  MR_TRY(log::remove_marks(files, kLogDirectory));
  return ports::write_atomically(files, kMarker, {});
}

class LogApp final : public ports::App {
 public:
  LogApp(ports::Shard& shard, std::deque<LogModel>& models, History& history, const LogRunSettings& settings,
         std::shared_ptr<LogDirectoryLife> life, Prng prng)
      : shard_(shard),
        settings_(settings),
        life_(std::move(life)),
        committer_(log::Committer::create(shard, settings.journal_bytes, settings.always_journal)) {
    for (std::size_t i = shard.id.value(); i < models.size(); i += shard.count) {
      users_.push_back(std::make_unique<LogUser>(shard, *committer_, models[i], history, prng.fork(i)));
    }
  }

  void start() override {
    if (shard_.id.value() != 0) return open_when_ready();
    ports::run_job<Result<Found>>(
        shard_.jobs, [](ports::BlockingFiles& files) { return open_directory(files); },
        [this](Result<Found> found) {
          if (!found) return shard_.process.fail("no directory for logs");
          life_->clean = found->clean;
          life_->marks = std::move(found->marks);
          life_->opened = true;
          open_when_ready();
        });
  }

  void stop(Task stopped) override {
    stopping_ = true;
    left_ = users_.size();
    stopped_ = std::move(stopped);
    if (left_ == 0) return closed();
    for (auto& user : users_) {
      user->close([this](bool whole) {
        life_->all_whole = life_->all_whole && whole;
        if (--left_ == 0) closed();
      });
    }
  }

 private:
  void again(void (LogApp::*what)()) {
    shard_.timers.at(shard_.clock.now() + Millis(1), [this, what] { (this->*what)(); });
  }

  void open_when_ready() {
    if (stopping_) return;
    if (!life_->opened) return again(&LogApp::open_when_ready);
    for (auto& user : users_) {
      log::OpenHints hints;
      hints.clean_stop = life_->clean;
      hints.keep_mark = settings_.marks;
      hints.journal = settings_.journal;
      const auto mark = life_->marks.find({user->model().topic_id, PartitionIndex(user->model().partition)});
      if (mark != life_->marks.end()) hints.mark = mark->second;
      if (settings_.recovery_points) hints.recovery_point = Offset(user->model().noted_recovery);
      user->open(settings_.options, hints);
    }
  }

  void closed() {
    ++life_->shards_closed;
    if (shard_.id.value() != 0) return stopped_();
    leave_when_closed();
  }

  void leave_when_closed() {
    if (life_->shards_closed < shard_.count) return again(&LogApp::leave_when_closed);
    if (!life_->all_whole || !life_->opened) return stopped_();
    ports::run_job<Status>(shard_.jobs, leave_marker, [this](Status) { stopped_(); });
  }

  ports::Shard& shard_;
  const LogRunSettings settings_;
  std::shared_ptr<LogDirectoryLife> life_;
  std::unique_ptr<log::Committer> committer_;
  std::vector<std::unique_ptr<LogUser>> users_;
  std::size_t left_ = 0;
  bool stopping_ = false;
  Task stopped_;
};

}  // namespace

std::unique_ptr<ports::App> make_log_app(ports::Shard& shard, std::deque<LogModel>& models, History& history,
                                         const LogRunSettings& settings, std::shared_ptr<LogDirectoryLife> life,
                                         Prng prng) {
  return std::make_unique<LogApp>(shard, models, history, settings, std::move(life), prng);
}

}  // namespace millrace::sim
