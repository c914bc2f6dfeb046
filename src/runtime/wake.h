#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "base/callback.h"

namespace millrace::runtime {

// Wakes a loop that sleeps in the system. Costs a system call only when it really sleeps. The loop announces its sleep
// and then looks at its inputs once more:
//   1. the loop finds its inputs empty   2. another thread adds one and sees a loop that is awake   3. the loop sleeps
// cannot happen, since the announcement comes before the last look.
class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // Any thread, after the input was added.
  void wake();
  // The loop's thread: between these, wake() makes fd() readable.
  void announce_sleep() { asleep_.store(true); }
  void awake() { asleep_.store(false); }
  // Becomes readable anew with every wake(); is never read, so it is to be watched for changes (edges) only.
  int fd() const { return fd_; }

 private:
  int fd_;
  std::atomic<bool> asleep_{false};
};

// Calls from other threads that a shard is to make: completions, accepted connections, orders of the process.
class Inbox {
 public:
  explicit Inbox(Waker& waker) : waker_(waker) {}
  // Any thread. Calls of one thread are made in the order of posting.
  void post(Task task);
  bool empty() const { return empty_.load(); }
  // Makes all calls posted so far.
  void run();
  // Destroys them without calling.
  void clear();

 private:
  Waker& waker_;
  std::atomic<bool> empty_{true};
  std::mutex mutex_;
  std::vector<Task> tasks_;  // under mutex_
  std::vector<Task> running_;
};

}  // namespace millrace::runtime
