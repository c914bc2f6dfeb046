#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/segment_index.h"
#include "log/transactions.h"
#include "ports/file.h"

namespace millrace::log {

// The files beside a segment's .log: .index, .timeindex, .txnindex, and the .snapshot of the producers
// (docs/formats/log-directory.md). Job code.

// Bytes that go into a file behind those that it has already. The file ends behind them.
struct FilePart {
  std::uint64_t at = 0;
  std::string bytes;
};

// What is to be written beside the segment at `base`.
struct SideWrite {
  Offset base;
  FilePart offsets;
  FilePart times;
  FilePart aborted;  // no file without an entry
  std::optional<std::uint64_t> size;  // the .log ends there: what was allocated in advance goes
  bool final = false;  // the segment is complete: everything is synced, names too
  struct Snapshot {
    Offset at;
    std::string bytes;
  };
  std::optional<Snapshot> snapshot;
  Offset snapshot_gone = kNoOffset;  // removed when the new one is there
};
Status write_side_files(ports::BlockingFiles& files, const std::string& directory, const SideWrite& write);

// Makes the two index files of a segment, empty, where they are missing: Kafka's segments have them from the beginning.
// Not synced, and no harm if it fails.
void make_index_files(ports::BlockingFiles& files, const std::string& directory, Offset base);

// What the files of a closed segment say without being read whole: nothing unless they are there and can be right.
// Their ends are looked at, because a file that was allocated in advance ends with zeros. `next`: where the following
// segment begins; `size`: of the .log.
std::optional<SegmentIndex> trust_closed(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                         Offset next, std::uint64_t size);

// Whether the segment's .index ends with an entry of zeros: it was allocated in advance, by Kafka.
bool index_is_padded(ports::BlockingFiles& files, const std::string& directory, Offset base);

// The entries of a segment's index files, for its index; they are made from the batches' headers if the files cannot be
// right. Error::io, Error::corrupt.
Result<SegmentIndex> load_index(ports::BlockingFiles& files, const std::string& directory, const SegmentIndex& closed,
                                std::uint64_t size, std::uint64_t interval);

// The first bytes of a file of a segment, at most `limit`; empty where there is no such file.
Result<std::string> read_side_file(ports::BlockingFiles& files, const std::string& directory, Offset base,
                                   std::string_view suffix, std::uint64_t limit);

// The .txnindex of a segment; empty without one. Error::corrupt if it cannot be right.
Result<std::vector<AbortedTransaction>> read_aborted(ports::BlockingFiles& files, const std::string& directory,
                                                     Offset base);

}  // namespace millrace::log
