#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "kload/basics.h"

namespace kload {

double thread_cpu_s();

// What the threads of one run have done, and what the processes of --pid used meanwhile.
class Tally {
 public:
  explicit Tally(const Options& options) : pids_(options.text("pid", "")) { begin(); }
  // What was done before does not count. Only while no thread counts.
  void begin();
  // Any thread.
  void add_latencies(const std::vector<float>& milliseconds);
  std::atomic<std::int64_t> bytes{0};
  std::atomic<std::int64_t> messages{0};
  std::atomic<std::int64_t> errors{0};

  std::int64_t began() const { return began_; }
  // Prints the line; the exit code.
  int report(const char* mode);

 private:
  struct Usage {
    double cpu_s = 0;
    std::int64_t resident_kb = 0;
    std::int64_t peak_kb = 0;
    std::uint64_t written = 0;
  };
  static Usage usage_of(const std::string& pids);
  double percentile(double share);

  const std::string pids_;
  std::mutex mutex_;
  std::vector<float> latencies_;
  Usage before_;
  std::int64_t began_ = 0;
};

}  // namespace kload
