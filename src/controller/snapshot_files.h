#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "metadata/snapshot_writer.h"
#include "ports/file.h"

namespace millrace::controller {

// The snapshots beside the metadata log (docs/formats/metadata-log.md). All functions that take BlockingFiles are for
// jobs.

struct SnapshotFile {
  metadata::CheckpointName name;
  ByteCount size{0};
  WallTime last_contained = kNoTime;  // as its header says; kNoTime if it has none that can be read
};

// Every finished snapshot in `directory`, ascending; none if there is no such directory. Removes what a crash may have
// left: unfinished ones (".checkpoint.part") and those that wait to be removed (".checkpoint.deleted").
Result<std::vector<SnapshotFile>> find_snapshots(ports::BlockingFiles& files, const std::string& directory);

// Writes a snapshot so that it is there whole and durable, or not at all. `unique` names the unfinished file.
Result<SnapshotFile> store_snapshot(ports::BlockingFiles& files, const std::string& directory,
                                    const metadata::Snapshot& snapshot, const Uuid& unique, WallTime now);

// `length` bytes of a snapshot from `position` on. Error::not_found if it is gone, Error::truncated if it is shorter.
Result<Buffer> read_snapshot(ports::BlockingFiles& files, const std::string& directory,
                             const metadata::CheckpointName& name, FilePosition position, std::size_t length);

// Removes them; what is missing already is as good as removed.
Status remove_snapshots(ports::BlockingFiles& files, const std::string& directory,
                        const std::vector<metadata::CheckpointName>& names);

// Throws the log in `directory` away and leaves an empty one that begins at `start`. After a crash on the way it must
// be called again: the log then still ends below `start`.
Status restart_log_at(ports::BlockingFiles& files, const std::string& directory, Offset start);

// How much of the past is kept: metadata.max.retention.bytes and .ms; negative: no bound.
struct MetadataRetention {
  std::int64_t bytes = -1;
  Millis age{-1};
};

// Whether the oldest of `snapshots` (ascending) may go, and with it the log below the next one: it is not the only one,
// and log and snapshots together are too large, or what it covers is too old. As Kafka decides it.
bool oldest_may_go(std::span<const SnapshotFile> snapshots, ByteCount log_size, const MetadataRetention& retention,
                   WallTime now);

}  // namespace millrace::controller
