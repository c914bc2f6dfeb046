#include "broker/memory_budget.h"

#include <algorithm>

#include "base/assert.h"

namespace millrace::broker {

void MemoryBudget::change(const MemoryHolder* holder, std::size_t before, std::size_t now) {
  MR_ASSERT(used_ >= before);
  used_ = used_ - before + now;
  if (holder == privileged_ && now == 0) privileged_ = nullptr;
  wake();
}

bool MemoryBudget::may_take(MemoryHolder* holder) {
  if (used_ < limit_ || holder == privileged_) return true;
  if (privileged_ == nullptr) {
    privileged_ = holder;
    return true;
  }
  if (std::find(waiting_.begin(), waiting_.end(), holder) == waiting_.end()) waiting_.push_back(holder);
  return false;
}

void MemoryBudget::forget(MemoryHolder* holder) {
  if (privileged_ == holder) privileged_ = nullptr;
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), holder), waiting_.end());
  wake();
}

void MemoryBudget::wake() {
  if (waking_ || waiting_.empty() || (used_ >= limit_ && privileged_ != nullptr)) return;
  waking_ = true;
  timers_.at_turn_end([this] {
    waking_ = false;
    if (waiting_.empty()) return;
    MemoryHolder* holder = waiting_.front();
    waiting_.pop_front();
    holder->on_memory();
    wake();
  });
}

}  // namespace millrace::broker
