#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/callback.h"

namespace millrace::runtime {

// A few threads that make calls which wait. Threads are started when there is work for them.
class Pool {
 public:
  // `name` is what the system's tools show, at most 15 characters. Precondition: threads > 0.
  Pool(std::string name, std::uint32_t threads);
  // stop().
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Any thread. Calls begin in the order of posting.
  void post(Task task);
  // Waits for the calls that have begun and destroys the others. Later posts are destroyed at once.
  void stop();

 private:
  void work();

  const std::string name_;
  const std::uint32_t limit_;
  std::mutex mutex_;
  std::condition_variable something_;
  std::deque<Task> tasks_;  // these four under mutex_
  std::vector<std::thread> threads_;
  std::uint32_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace millrace::runtime
