// What it takes to make one small append to each of N files durable, in several ways.
//   commit_floor DIR N serial|threads|range|syncfs|journal [THREADS [BYTES]]
// serial: fdatasync of each file. threads: the same from THREADS at once. range: writing is begun for all files first.
// syncfs: the whole file system. journal: all appends once more into one file written before, which alone is synced.
// Build: g++ -O2 -std=c++20 -pthread commit_floor.cc -o commit_floor
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr double kSeconds = 2;
constexpr std::size_t kJournalBytes = 256u << 20;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int made(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) {
    perror(path.c_str());
    exit(1);
  }
  return fd;
}

void put(int fd, const std::vector<char>& bytes, std::size_t at) {
  if (pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size())) exit(1);
}

void sync_all(const std::vector<int>& files, std::size_t threads) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::min(threads, files.size()); ++i) {
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < files.size(); at = next++) fdatasync(files[at]);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string dir = argv[1];
  const auto count = static_cast<std::size_t>(atoi(argv[2]));
  const std::string way = argv[3];
  const std::size_t threads = argc > 4 ? static_cast<std::size_t>(atoi(argv[4])) : 8;
  const std::vector<char> piece(argc > 5 ? static_cast<std::size_t>(atoi(argv[5])) : 2048, 'x');
  const rlimit limit{20000, 20000};
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> files;
  for (std::size_t i = 0; i < count; ++i) files.push_back(made(dir + "/" + std::to_string(i)));
  const int journal = made(dir + "/journal");
  const std::vector<char> zeros(1u << 20);
  for (std::size_t at = 0; way == "journal" && at < kJournalBytes; at += zeros.size()) put(journal, zeros, at);
  sync();
  const std::vector<char> round(piece.size() * count, 'y');
  std::size_t position = 0, journal_at = 0, rounds = 0;
  const double began = now(), cpu_before = cpu();
  for (; now() - began < kSeconds; ++rounds, position += piece.size()) {
    for (const int fd : files) put(fd, piece, position);
    if (way == "range") {
      for (const int fd : files) sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    if (way == "serial") sync_all(files, 1);
    if (way == "threads" || way == "range") sync_all(files, threads);
    if (way == "syncfs") syncfs(journal);
    if (way == "journal") {
      if (journal_at + round.size() > kJournalBytes) journal_at = 0;
      put(journal, round, journal_at);
      journal_at += round.size();
      fdatasync(journal);
    }
  }
  const double each = (now() - began) / static_cast<double>(rounds * count) * 1e6;
  const double cost = (cpu() - cpu_before) / static_cast<double>(rounds * count) * 1e6;
  printf("%zu files, %s, %zu threads: %.0f appends/s, %.1f us and %.1f us of CPU each\n", count, way.c_str(), threads,
         1e6 / each, each, cost);
  for (std::size_t i = 0; i < count; ++i) unlink((dir + "/" + std::to_string(i)).c_str());
  unlink((dir + "/journal").c_str());
}
