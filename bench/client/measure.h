#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

// What both clients of the comparison are told, and how they are measured.
namespace millrace::bench {

struct Work {
  std::string mode;  // produce, consume or latency
  std::string bootstrap;
  std::string topic;
  std::int64_t records = 0;
  std::size_t size = 0;  // of a value
  std::int64_t rate = 0;  // latency: records a second
};

inline Work work_from(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: %s produce|consume|latency BOOTSTRAP TOPIC RECORDS SIZE [RATE]\n", argv[0]);
    std::exit(2);
  }
  return {argv[1], argv[2], argv[3], std::atoll(argv[4]), static_cast<std::size_t>(std::atoll(argv[5])),
          argc > 6 ? std::atoll(argv[6]) : 1000};
}

inline double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

using Clock = std::chrono::steady_clock;

// From its making to report(): time, CPU, and how long single records took.
class Measure {
 public:
  void note(Clock::duration took) { micros_.push_back(std::chrono::duration<double, std::micro>(took).count()); }
  void fail() { ++failed_; }
  void report(std::int64_t records, std::size_t size) {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double cpu = cpu_seconds() - cpu_;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::sort(micros_.begin(), micros_.end());
    const auto at = [&](double part) {
      return micros_.empty() ? 0 : micros_[static_cast<std::size_t>(part * static_cast<double>(micros_.size() - 1))];
    };
    std::printf("{\"records\":%lld,\"failed\":%lld,\"seconds\":%.4f,\"cpu\":%.4f,\"records_per_s\":%.0f,"
                "\"records_per_cpu_s\":%.0f,\"mb_per_s\":%.1f,\"rss_mib\":%.1f,\"p50_us\":%.0f,\"p99_us\":%.0f}\n",
                static_cast<long long>(records), static_cast<long long>(failed_), seconds, cpu,
                static_cast<double>(records) / seconds, static_cast<double>(records) / cpu,
                static_cast<double>(records) * static_cast<double>(size) / seconds / 1e6,
                static_cast<double>(usage.ru_maxrss) / 1024, at(0.5), at(0.99));
  }

 private:
  const Clock::time_point begin_ = Clock::now();
  const double cpu_ = cpu_seconds();
  std::vector<double> micros_;
  std::int64_t failed_ = 0;
};

// The settings that both get, under the names that both know; memory is bounded alike by each one's own.
inline constexpr const char* kLingerMs = "5";
inline constexpr const char* kBatchBytes = "131072";
inline constexpr std::int64_t kBufferKib = 32 * 1024;
inline constexpr int kPartitions = 4;

}  // namespace millrace::bench
