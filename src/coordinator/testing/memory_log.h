#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/partition_log.h"
#include "coordinator/testing/turns.h"

namespace millrace::coordinator::testing {

// The bytes of a partition, which outlive the coordinators that come and go on it.
struct Disk {
  std::vector<Buffer> batches;
  std::vector<Offset> base_offsets;
  Offset end{0};
  // The next append is refused with this.
  std::optional<WriteError> refuse_next;
  // Appended batches wait for release() before they are committed.
  bool hold = false;
  bool unreadable = false;
};

// A partition in memory that commits each batch in a later turn, or when the test lets it.
class MemoryLog final : public PartitionLog {
 public:
  MemoryLog(Turns& turns, Disk& disk) : turns_(turns), disk_(disk) {}
  ~MemoryLog() override { *alive_ = false; }

  Offset start() const override { return disk_.base_offsets.empty() ? disk_.end : disk_.base_offsets.front(); }
  Offset end() const override { return disk_.end; }
  void read(Offset from, std::uint64_t max_bytes, ReadDone done) override;
  void append(Buffer batch, AppendDone done) override;
  void when_committed(Offset offset, Callback<void(bool)> done) override;

  // Answers the held appends.
  void release();
  // Refuses the held append and takes it out of the log again.
  void refuse_held(WriteError error);

 private:
  void later(Task task);

  Turns& turns_;
  Disk& disk_;
  std::deque<AppendDone> held_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::coordinator::testing
