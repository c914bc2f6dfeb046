#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"

namespace millrace::coordinator {

// Why something was not written. Each coordinator maps it to Kafka's codes.
enum class WriteError : std::uint8_t {
  not_leader,           // the partition is led elsewhere now: nothing of it may be answered from here
  not_enough_replicas,  // fewer replicas in sync than the topic demands
  storage,              // the disk failed or is full
  too_large,            // more records in one event than one batch may hold
  timed_out,            // written, but not committed in time; it may still be
};

// What a coordinator needs of the replica that keeps its partition; the broker adapts replica::Partition to it. Belongs
// to the partition's shard. Every callback is a later call, at most one each; none comes after the log's end of life.
class PartitionLog {
 public:
  virtual ~PartitionLog() = default;

  // The first offset that is kept, and the end of what has been appended here (committed or not).
  virtual Offset start() const = 0;
  virtual Offset end() const = 0;

  // Whole batches in memory, back to back, from the one that holds `from` on: at least one batch and otherwise about
  // `max_bytes`. Empty at end(). Error::io or Error::corrupt when they cannot be read.
  using ReadDone = Callback<void(Result<Buffer>)>;
  virtual void read(Offset from, std::uint64_t max_bytes, ReadDone done) = 0;

  // Appends one batch (base offset and epoch are filled in below); `done` when it is committed, or why it is not in the
  // log. There is no time limit: a batch that is in the log is answered when it is committed or leadership is lost.
  using AppendDone = Callback<void(Result<void, WriteError>)>;
  virtual void append(Buffer batch, AppendDone done) = 0;

  // Calls `done` when everything below `offset` is committed; with false when leadership is lost first.
  virtual void when_committed(Offset offset, Callback<void(bool)> done) = 0;
};

}  // namespace millrace::coordinator
