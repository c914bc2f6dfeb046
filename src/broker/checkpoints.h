#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/mark_file.h"
#include "log/partition_log.h"
#include "ports/file.h"

namespace millrace::broker {

// What the checkpoint files of a log directory say of one partition.
struct Checkpoint {
  std::string topic;
  PartitionIndex index;
  std::string dir;                  // the log directory that it lies in
  Offset recovery_point;            // all before it is on the disk
  Offset high_watermark;
  Offset log_start = kNoOffset;     // kNoOffset: where the first segment begins
  bool clean = true;                // at a stop: the log was closed well, with its indexes and snapshots
};

// The three files, as a set of flags.
enum CheckpointFile : unsigned {
  kRecoveryPoints = 1,   // recovery-point-offset-checkpoint
  kLogStarts = 2,        // log-start-offset-checkpoint
  kHighWatermarks = 4,   // replication-offset-checkpoint
  kAllCheckpoints = 7,
};

// One such file: "0", the number of lines, and "topic partition offset" in each line.
using CheckpointLines = std::map<std::pair<std::string, PartitionIndex>, Offset>;
std::string encode_checkpoint(const CheckpointLines& lines);
// Error::corrupt unless it is one of version 0. An empty text is an empty file.
Result<CheckpointLines> parse_checkpoint(std::string_view text);

// What the files of a directory give to opening its logs, by "<topic>-<partition>".
struct CheckpointHints {
  std::map<std::string, log::OpenHints> logs;
  std::map<log::MarkKey, log::DurableMark> marks;  // how far millrace itself has synced each log
  std::vector<std::string> problems;  // one line for each file that is not readable: it counts as empty
};
// A job. `clean`: the marker of a clean stop was there.
CheckpointHints read_checkpoints(ports::BlockingFiles& files, const std::string& dir, bool clean);

// Makes those of the four checkpoint files (the cleaner's is one) that the directory does not have, without a byte, as
// Kafka does at its start: an empty file is a valid one.
Status make_missing_checkpoints(ports::BlockingFiles& files, const std::string& dir);

// Writes the files, each replaced as a whole and durable. Remembers what it wrote last, so that what did not change
// costs nothing. For jobs of one writer, one at a time.
class CheckpointWriter {
 public:
  // `which`: of CheckpointFile; `all`: of every directory, those of `dir` are written. Goes on after an error and
  // returns the first.
  Status write(ports::BlockingFiles& files, const std::string& dir, unsigned which,
               const std::vector<Checkpoint>& all);

 private:
  std::map<std::string, std::string> written_;  // by path
};

}  // namespace millrace::broker
