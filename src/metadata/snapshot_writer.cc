#include "metadata/snapshot_writer.h"

#include "metadata/limits.h"

namespace millrace::metadata {
namespace {

record::BatchBuilder builder(Offset base, LeaderEpoch epoch) {
  record::BatchOptions options;
  options.base_offset = base;
  options.leader_epoch = epoch;
  return record::BatchBuilder(options);
}

}  // namespace

SnapshotBatches::SnapshotBatches(LeaderEpoch epoch, WallTime now, SnapshotSink sink)
    : epoch_(epoch), now_(now), sink_(std::move(sink)), batch_(builder(Offset(0), epoch)) {}

void SnapshotBatches::control(Buffer batch, std::int64_t records) {
  if (status_.ok()) status_ = sink_(std::move(batch));
  next_ = next_ + records;
  batch_ = builder(next_, epoch_);
}

void SnapshotBatches::add(const Buffer& value) {
  if (!batch_.empty() && batch_.size_estimate() + value.size() > kSnapshotBatchBytes) flush();
  if (status_.ok()) batch_.add(now_, std::nullopt, value.bytes());
}

void SnapshotBatches::flush() {
  if (batch_.empty()) return;
  next_ = next_ + batch_.count();
  if (status_.ok()) status_ = sink_(batch_.build());
  batch_ = builder(next_, epoch_);
}

Status write_snapshot(const Snapshot& snapshot, WallTime now, SnapshotSink sink) {
  const LeaderEpoch epoch = snapshot.name.epoch;
  SnapshotBatches batches(epoch, now, std::move(sink));
  batches.control(raft::snapshot_header_batch(epoch, snapshot.last_contained, snapshot.membership, now),
                  snapshot.membership ? 3 : 1);
  put_image(*snapshot.image, batches);
  batches.flush();
  batches.control(raft::snapshot_footer_batch(batches.next(), epoch, now), 1);
  return batches.status();
}

}  // namespace millrace::metadata
