#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "log/mark_file.h"
#include "ports/shard.h"
#include "sim/workloads/log_user.h"

namespace millrace::sim {

// How the logs of a run are kept.
struct LogRunSettings {
  log::LogOptions options;
  bool marks = false;                // durable marks, as the broker keeps them
  bool journal = false;              // with marks: appends become durable by the journal
  std::uint64_t journal_bytes = 0;   // of each of its files
  bool always_journal = false;       // also where a sync of each file is cheaper
  bool recovery_points = false;      // the owner notes them, and hands them in at the next start
};

// What the shards of one life share: what was found in the log directory, and how many have closed their logs.
struct LogDirectoryLife {
  bool opened = false;
  bool clean = false;  // the life before stopped cleanly
  std::map<log::MarkKey, log::DurableMark> marks;
  std::size_t shards_closed = 0;
  bool all_whole = true;  // every log was closed well
};

// The logs of one shard: `models` from the shard's id on, every so many as there are shards. Shard 0 opens the log
// directory as the broker does, and leaves the marker of a clean stop.
std::unique_ptr<ports::App> make_log_app(ports::Shard& shard, std::deque<LogModel>& models, History& history,
                                         const LogRunSettings& settings, std::shared_ptr<LogDirectoryLife> life,
                                         Prng prng);

inline constexpr const char* kLogDirectory = "logs";

}  // namespace millrace::sim
