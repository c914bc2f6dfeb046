#include "kload/tally.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>

namespace kload {

double thread_cpu_s() {
  timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void Tally::begin() {
  before_ = usage_of(pids_);
  began_ = now_ns();
}

void Tally::add_latencies(const std::vector<float>& milliseconds) {
  const std::lock_guard guard(mutex_);
  latencies_.insert(latencies_.end(), milliseconds.begin(), milliseconds.end());
}

Tally::Usage Tally::usage_of(const std::string& pids) {
  Usage usage;
  std::stringstream list(pids);
  for (std::string pid; std::getline(list, pid, ',');) {
    std::ifstream stat("/proc/" + pid + "/stat");
    std::string line;
    std::getline(stat, line);
    if (line.empty()) continue;
    std::stringstream words(line.substr(line.rfind(')') + 2));
    std::string word;
    for (int field = 0; words >> word; ++field) {
      if (field == 11 || field == 12) usage.cpu_s += std::stod(word) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    std::ifstream status("/proc/" + pid + "/status");
    while (std::getline(status, line)) {
      if (line.rfind("VmRSS:", 0) == 0) usage.resident_kb += std::atol(line.c_str() + 6);
      if (line.rfind("VmHWM:", 0) == 0) usage.peak_kb += std::atol(line.c_str() + 6);
    }
    std::ifstream io("/proc/" + pid + "/io");
    while (std::getline(io, line)) {
      if (line.rfind("write_bytes:", 0) == 0) usage.written += std::strtoull(line.c_str() + 12, nullptr, 10);
    }
  }
  return usage;
}

double Tally::percentile(double share) {
  if (latencies_.empty()) return 0;
  const auto beyond = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
  const std::size_t at = std::min(latencies_.size() - 1, beyond);
  std::nth_element(latencies_.begin(), latencies_.begin() + static_cast<std::ptrdiff_t>(at), latencies_.end());
  return latencies_[at];
}

int Tally::report(const char* mode) {
  const double seconds = static_cast<double>(now_ns() - began_) / 1e9;
  const Usage after = usage_of(pids_);
  const double mb = static_cast<double>(bytes) / 1e6;
  const double cpu_s = after.cpu_s - before_.cpu_s;
  std::printf(
      "{\"mode\":\"%s\",\"seconds\":%.3f,\"MB\":%.1f,\"MB_per_s\":%.1f,\"msgs_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%"
      ".3f,\"p999_ms\":%.3f,\"max_ms\":%.3f,\"broker_cpu_s\":%.2f,\"cpu_s_per_GB\":%.3f,\"rss_MB\":%.1f,"
      "\"peak_rss_MB\":%.1f,\"disk_MB\":%.1f,\"errors\":%lld}\n",
      mode, seconds, mb, mb / seconds, static_cast<double>(messages) / seconds, percentile(.5), percentile(.99),
      percentile(.999), percentile(1), cpu_s, mb > 0 ? cpu_s / (mb / 1000) : 0,
      static_cast<double>(after.resident_kb) / 1024, static_cast<double>(after.peak_kb) / 1024,
      static_cast<double>(after.written - before_.written) / 1e6, static_cast<long long>(errors));
  return errors == 0 ? 0 : 1;
}

}  // namespace kload
