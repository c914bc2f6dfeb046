#include "runtime/usage.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace millrace::runtime {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

using File = std::unique_ptr<FILE, int (*)(FILE*)>;
File open_text(const char* path) { return {std::fopen(path, "re"), &std::fclose}; }

void read_memory(ports::ProcessUsage& usage) {
  const File file = open_text("/proc/self/statm");
  unsigned long total = 0;
  unsigned long resident = 0;
  if (file == nullptr || std::fscanf(file.get(), "%lu %lu", &total, &resident) != 2) return;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  usage.virtual_bytes = total * page;
  usage.resident_bytes = resident * page;
}

std::uint64_t count_open_files() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), &::closedir);
  if (directory == nullptr) return 0;
  std::uint64_t found = 0;
  while (const dirent* entry = ::readdir(directory.get())) found += entry->d_name[0] != '.' ? 1U : 0U;
  return found - 1;  // the directory itself is open
}

// The start in ticks since the machine's start is the 22nd word of stat, the 20th after the program's name, which may
// hold blanks and parentheses.
double start_time() {
  const File file = open_text("/proc/self/stat");
  char line[1024];
  if (file == nullptr || std::fgets(line, sizeof line, file.get()) == nullptr) return 0;
  const char* at = std::strrchr(line, ')');
  for (int word = 0; at != nullptr && word < 20; ++word) at = std::strchr(at + 1, ' ');
  if (at == nullptr) return 0;
  const double since_boot = std::strtod(at, nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  timespec now{};
  timespec up{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  const auto whole = [](const timespec& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  return whole(now) - whole(up) + since_boot;
}

}  // namespace

ports::ProcessUsage process_usage() {
  ports::ProcessUsage usage;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) usage.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.max_files = limit.rlim_cur;
  read_memory(usage);
  usage.open_files = count_open_files();
  usage.start_time_seconds = start_time();
  return usage;
}

std::optional<std::int64_t> cpu_us_of(std::int64_t pid) {
  const File file = open_text(("/proc/" + std::to_string(pid) + "/stat").c_str());
  std::array<char, 1024> text{};
  if (file == nullptr || std::fgets(text.data(), static_cast<int>(text.size()), file.get()) == nullptr) {
    return std::nullopt;
  }
  // The name of the program stands in parentheses, and may hold any characters.
  const char* rest = std::strrchr(text.data(), ')');
  long user = 0;
  long system = 0;
  constexpr const char* kForm = ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld";
  if (rest == nullptr || std::sscanf(rest, kForm, &user, &system) != 2) return std::nullopt;
  return (user + system) * 1'000'000 / ::sysconf(_SC_CLK_TCK);
}

}  // namespace millrace::runtime
