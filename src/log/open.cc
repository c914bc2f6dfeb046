#include <utility>

#include "log/compaction_leftovers.h"
#include "log/log_impl.h"
#include "log/names.h"
#include "log/partition_metadata.h"

namespace millrace::log {
namespace {

using Outcome = Result<RecoveredLog, RecoveryFailure>;

RecoveryFailure cannot(const std::string& path, const char* what, Error error) {
  return {error, path + " " + what + " (" + to_string(error) + ")"};
}

// Job: the directory is there, belongs to the topic, and its log is whole.
Outcome open_directory(ports::BlockingFiles& files, const std::string& directory, Uuid topic_id,
                       const RecoverySettings& settings) {
  if (const auto made = files.create_directory(directory); !made && made.error() != Error::exists) {
    return cannot(directory, "cannot be made", made.error());
  }
  const auto entries = files.list(directory);
  if (!entries) return cannot(directory, "cannot be listed", entries.error());
  bool has_records = false;
  for (const auto& entry : *entries) {
    if (!parse_segment_name(entry.name)) continue;
    auto file = files.open(directory + "/" + entry.name, ports::OpenMode::read);
    const auto size = file ? (*file)->size() : Result<ByteCount>(file.error());
    if (!size) return cannot(directory + "/" + entry.name, "cannot be measured", size.error());
    has_records = has_records || size->value() > 0;
  }
  // partition.metadata is durable before the first record is: a log with records and without it is not ours to claim.
  if (const auto claimed = claim_directory(files, directory, topic_id, !has_records); !claimed) {
    return cannot(directory + "/" + std::string(kPartitionMetadataFile),
                  claimed.error() == Error::stale ? "names another topic id" : "cannot be used", claimed.error());
  }
  if (const auto finished = finish_compaction(files, directory); !finished) {
    return cannot(directory, "holds an interrupted compaction that cannot be finished", finished.error());
  }
  return recover_log(files, directory, settings);
}

}  // namespace

void PartitionLog::open(ports::Shard& shard, Committer& committer, std::string directory, Uuid topic_id,
                        const LogOptions& options, LogListener& listener, Opened opened) {
  // Committers come from Committer::create alone.
  auto& group = static_cast<GroupCommitter&>(committer);
  RecoverySettings settings{options.durable, options.index_interval_bytes.value(), std::nullopt,
                            shard.faults.planted(ports::Planted::torn_tail_kept),
                            shard.faults.planted(ports::Planted::recovery_cuts_durable)};
  ports::run_job<Outcome>(
      shard.jobs,
      [directory, topic_id, settings](ports::BlockingFiles& files) {
        return open_directory(files, directory, topic_id, settings);
      },
      [&shard, &group, directory, options, &listener, opened = std::move(opened)](Outcome outcome) mutable {
        if (!outcome) {
          shard.log.error("log not opened: " + outcome.error().line);
          return opened(outcome.error().error);
        }
        auto log = std::make_unique<LogImpl>(shard, group, directory, options, listener);
        LogImpl& opening = *log;
        opening.adopt(std::move(*outcome), [log = std::move(log), opened = std::move(opened)](Status status) mutable {
          if (!status) return opened(status.error());
          opened(std::unique_ptr<PartitionLog>(std::move(log)));
        });
      });
}

LogImpl::LogImpl(ports::Shard& shard, GroupCommitter& committer, std::string directory, const LogOptions& options,
                 LogListener& listener)
    : shard_(shard), committer_(committer), directory_(std::move(directory)), options_(options), listener_(listener) {}

LogImpl::~LogImpl() = default;

void LogImpl::adopt(RecoveredLog recovered, Callback<void(Status)> done) {
  for (const std::string& note : recovered.notes) shard_.log.warning(note);
  if (recovered.cut) shard_.faults.reach(ports::Probe::log_tail_cut);
  segments_.clear();
  for (RecoveredSegment& found : recovered.segments) {
    segments_.push_back(std::make_unique<Segment>(std::move(found.index), found.size));
    segments_.back()->opened_at = shard_.clock.wall();
    segments_.back()->opening = true;
    segments_.back()->name_durable = true;  // recovery has synced the directory and every file
  }
  epochs_ = std::move(recovered.epochs);
  if (!shard_.faults.planted(ports::Planted::producers_forgotten)) producers_ = std::move(recovered.producers);
  Reach& last = segments_.back()->appended;
  if (shard_.faults.planted(ports::Planted::offset_reused) && last.bytes > 0) last.next = last.next - 1;
  durable_end_ = end();
  unwritten_bytes_ = 0;
  stalled_ = false;

  struct Opening {
    std::size_t left;
    Status status;
    Callback<void(Status)> done;
  };
  auto opening = std::make_shared<Opening>(Opening{segments_.size(), Status(), std::move(done)});
  for (auto& segment : segments_) {
    shard_.files.open(path_of(*segment), ports::OpenMode::write,
                      while_alive([&segment = *segment, opening](Result<std::shared_ptr<ports::File>> file) {
                        segment.opening = false;
                        if (file) {
                          segment.pin = std::make_shared<Pin>(Pin{std::move(*file)});
                        } else {
                          opening->status = file.error();
                        }
                        if (--opening->left == 0) opening->done(opening->status);
                      }));
  }
}

void LogImpl::set_options(const LogOptions& options) {
  const bool now_durable = options.durable && !options_.durable;
  options_ = options;
  if (now_durable && phase_ == Phase::open) {
    for (auto& segment : segments_) want_sync(*segment);
  }
  write_at_turn_end();
}

}  // namespace millrace::log
