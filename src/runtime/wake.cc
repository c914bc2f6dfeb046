#include "runtime/wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "base/assert.h"

namespace millrace::runtime {

Waker::Waker() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { MR_ASSERT(fd_ >= 0); }

Waker::~Waker() { ::close(fd_); }

void Waker::wake() {
  if (!asleep_.load() || !asleep_.exchange(false)) return;
  ::eventfd_write(fd_, 1);
}

void Inbox::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    empty_.store(false);
  }
  waker_.wake();
}

void Inbox::run() {
  if (empty_.load()) return;
  {
    const std::lock_guard lock(mutex_);
    std::swap(tasks_, running_);
    empty_.store(true);
  }
  for (Task& entry : running_) {
    Task task = std::move(entry);
    task();
  }
  running_.clear();
}

void Inbox::clear() {
  std::vector<Task> dropped;
  const std::lock_guard lock(mutex_);
  std::swap(tasks_, dropped);
  empty_.store(true);
}

}  // namespace millrace::runtime
