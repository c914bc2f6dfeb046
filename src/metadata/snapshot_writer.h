#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "metadata/bootstrap.h"
#include "metadata/image.h"
#include "metadata/record_frame.h"
#include "raft/control_records.h"
#include "record/batch_builder.h"

namespace millrace::metadata {

// What a snapshot holds: the metadata below name.end, and who votes.
struct Snapshot {
  CheckpointName name;
  ImagePtr image;
  std::optional<raft::Membership> membership;  // nothing: the quorum is configured (kraft.version 0)
  WallTime last_contained = kNoTime;           // timestamp of the last record below name.end
};

// Takes the next bytes of a file; after an error it gets no more.
using SnapshotSink = Callback<Status(Buffer)>;

// The whole file, batch by batch: header, records, footer (docs/formats/metadata-log.md). `now` stamps the batches. At
// most one batch is in memory. The error is the sink's. Any thread.
Status write_snapshot(const Snapshot& snapshot, WallTime now, SnapshotSink sink);

// Gathers records in batches whose offsets count from 0. The first error of the sink stays.
class SnapshotBatches {
 public:
  SnapshotBatches(LeaderEpoch epoch, WallTime now, SnapshotSink sink);

  // Hands a finished control batch of `records` records on.
  void control(Buffer batch, std::int64_t records);
  template <protocol::Message T>
  void put(const T& message, std::int16_t version) {
    add(frame_record(message, version));
  }
  // Hands on what has been gathered.
  void flush();

  Offset next() const { return next_; }
  const Status& status() const { return status_; }

 private:
  void add(const Buffer& value);

  LeaderEpoch epoch_;
  WallTime now_;
  SnapshotSink sink_;
  record::BatchBuilder batch_;
  Offset next_{0};  // of the next batch
  Status status_;
};

// The records that make `image` out of nothing, in versions that its metadata.version allows (snapshot_records.cc).
void put_image(const Image& image, SnapshotBatches& into);

}  // namespace millrace::metadata
