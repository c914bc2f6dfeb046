#pragma once

#include <cstddef>
#include <deque>

#include "ports/timers.h"

namespace millrace::broker {

// Somebody who holds request memory and can be made to wait.
class MemoryHolder {
 public:
  virtual ~MemoryHolder() = default;
  // There is room again. Called in a later turn than the one that made the holder wait.
  virtual void on_memory() = 0;
};

// The request memory of one shard: how much all connections hold together. Above the limit only one of them may take
// more, the first that asked, until it needs nothing any more: what it has begun always ends, and everybody else's turn
// comes.
class MemoryBudget {
 public:
  // `timers` are the shard's and outlive the budget, which outlives every turn in which it was used.
  MemoryBudget(std::size_t limit, ports::Timers& timers) : limit_(limit), timers_(timers) {}

  // `holder` holds `now` bytes instead of `before`.
  void change(const MemoryHolder* holder, std::size_t before, std::size_t now);
  // Whether `holder` may take more; if not, on_memory() will come (once).
  bool may_take(MemoryHolder* holder);
  // `holder` is going; it holds nothing any more.
  void forget(MemoryHolder* holder);

  std::size_t used() const { return used_; }

 private:
  void wake();

  std::size_t limit_;
  ports::Timers& timers_;
  bool waking_ = false;
  std::size_t used_ = 0;
  const MemoryHolder* privileged_ = nullptr;
  std::deque<MemoryHolder*> waiting_;
};

}  // namespace millrace::broker
