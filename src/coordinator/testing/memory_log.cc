#include "coordinator/testing/memory_log.h"

#include <cstring>
#include <utility>

#include "base/assert.h"
#include "record/batch.h"

namespace millrace::coordinator::testing {

void MemoryLog::later(Task task) {
  turns_.post([alive = alive_, task = std::move(task)]() mutable {
    if (*alive) task();
  });
}

void MemoryLog::read(Offset from, std::uint64_t max_bytes, ReadDone done) {
  if (disk_.unreadable) {
    return later([done = std::move(done)]() mutable { done(Error::io); });
  }
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < disk_.batches.size(); ++i) {
    const bool behind = i + 1 < disk_.batches.size() ? disk_.base_offsets[i + 1] <= from : disk_.end <= from;
    if (behind) continue;
    const Bytes batch = disk_.batches[i].bytes();
    if (!bytes.empty() && bytes.size() + batch.size() > max_bytes) break;
    bytes.insert(bytes.end(), batch.begin(), batch.end());
  }
  later([done = std::move(done), buffer = Buffer::copy_of(bytes)]() mutable { done(std::move(buffer)); });
}

void MemoryLog::append(Buffer batch, AppendDone done) {
  if (disk_.refuse_next) {
    const WriteError error = *std::exchange(disk_.refuse_next, std::nullopt);
    return later([done = std::move(done), error]() mutable { done(error); });
  }
  record::MutableBatch(batch.writable()).set_base_offset(disk_.end);
  const Result<record::BatchView> view = record::BatchView::parse(batch.bytes());
  MR_ASSERT(view.ok() && view->crc_ok());
  disk_.base_offsets.push_back(disk_.end);
  disk_.end = view->next_offset();
  disk_.batches.push_back(std::move(batch));
  if (disk_.hold) {
    held_.push_back(std::move(done));
  } else {
    later([done = std::move(done)]() mutable { done({}); });
  }
}

void MemoryLog::when_committed(Offset offset, Callback<void(bool)> done) {
  MR_ASSERT(offset <= disk_.end);
  later([done = std::move(done)]() mutable { done(true); });
}

void MemoryLog::release() {
  disk_.hold = false;
  for (AppendDone& done : held_) later([done = std::move(done)]() mutable { done({}); });
  held_.clear();
}

void MemoryLog::refuse_held(WriteError error) {
  MR_ASSERT(held_.size() == 1);
  disk_.hold = false;
  disk_.end = disk_.base_offsets.back();
  disk_.base_offsets.pop_back();
  disk_.batches.pop_back();
  later([done = std::move(held_.front()), error]() mutable { done(error); });
  held_.clear();
}

}  // namespace millrace::coordinator::testing
