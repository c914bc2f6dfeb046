#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/epochs.h"
#include "log/partition_log.h"
#include "log/segment_index.h"
#include "log/transactions.h"
#include "ports/file.h"

namespace millrace::log {

// Opening a log after whatever happened to it: job code over BlockingFiles.
//
// What has to be right already is not read: every segment after a clean stop, and otherwise those that lie below the
// recovery point or the durable mark, provided that their index files can be right. The rest is scanned, each batch
// with its checksum. Damage below what was durable is corruption: nothing is touched, and the log ends before it,
// closed for writing. What was durable is what the durable mark says; without one what lies below the recovery point;
// and if that is not known either, every segment but the last of a durable log, since it makes a new one only when
// everything before is durable. Other damage is an unsynced tail: valid batches may stand behind it, since sectors
// reach the disk in any order. It is cut at the first byte that is not part of a whole batch with the right checksum,
// later segments with it, and everything cut is kept aside.
struct RecoverySettings {
  bool durable = true;
  std::uint64_t index_interval = 4096;
  OpenHints hints;
  WallTime producers_since = kNoTime;  // producers without a transaction that wrote nothing since are forgotten
  // The epochs that are known in memory, in place of the checkpoint file (after a truncation).
  std::optional<EpochTable> epochs;
  // Bugs that are switched on (ports/faults.h).
  bool torn_tail_kept = false;
  bool cuts_durable = false;
  bool damage_cut = false;
  bool old_epochs = false;
  bool mark_comes_back = false;
};

struct RecoveredSegment {
  SegmentIndex index;
  std::uint64_t size = 0;
  std::vector<AbortedTransaction> aborted;
  bool complete = false;  // the files beside it have all of that, end there, and are on the disk
  // How many entries the files have that are right; what is behind them is written anew.
  struct Written {
    std::size_t offsets = 0;
    std::size_t times = 0;
    std::size_t aborted = 0;
  } written;
};

struct RecoveredLog {
  std::vector<RecoveredSegment> segments;  // at least one, ascending
  EpochTable epochs;
  ProducerState producers;
  bool cut = false;                // bytes were cut and, unless they were all zero, kept aside
  std::optional<Damage> damage;    // below what was durable: the log ends before it
  bool fresh = false;              // without records: no name of it is known to be on the disk
  bool snapshot_at_end = false;    // a snapshot of the producers as they are is on the disk
  std::vector<std::string> notes;  // one line each for the operator: what was found, where, what was done
  Offset end() const { return segments.back().index.next(); }
};

// Why a log could not be recovered: `line` names file, position and offset.
struct RecoveryFailure {
  Error error = Error::io;
  std::string line;
};

// Reads the log in `directory` (which exists) as far as it has to, and makes everything that it returns durable. A log
// without a segment gets an empty one at offset 0, or where the hints say that it starts.
Result<RecoveredLog, RecoveryFailure> recover_log(ports::BlockingFiles& files, const std::string& directory,
                                                  const RecoverySettings& settings);

// Where a log was cut, or was to be cut: everything in front of it is there.
struct CutPoint {
  Offset base;                 // of the segment
  std::uint64_t position = 0;  // in its file
  Offset end;                  // the log's end
};

// Forgets every batch that holds `offset` or a later one, durably: removes later segments, newest first, and cuts the
// one that holds it. `point` is set before anything is changed, and stays empty as long as nothing has been.
Status cut_log(ports::BlockingFiles& files, const std::string& directory, Offset offset,
               std::optional<CutPoint>& point);

}  // namespace millrace::log
