#include "runtime/pool.h"

#include <pthread.h>

#include <utility>

#include "base/assert.h"

namespace millrace::runtime {

Pool::Pool(std::string name, std::uint32_t threads) : name_(std::move(name)), limit_(threads) {
  MR_ASSERT(threads > 0);
}

Pool::~Pool() { stop(); }

void Pool::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() > idle_ && threads_.size() < limit_) threads_.emplace_back([this] { work(); });
  something_.notify_one();
}

void Pool::stop() {
  std::deque<Task> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    std::swap(dropped, tasks_);
    std::swap(threads, threads_);
  }
  something_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void Pool::work() {
  ::pthread_setname_np(::pthread_self(), name_.c_str());
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    } else if (stopping_) {
      return;
    } else {
      ++idle_;
      something_.wait(lock);
      --idle_;
    }
  }
}

}  // namespace millrace::runtime
