#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "ports/shard.h"

namespace millrace::sim {

inline constexpr std::uint16_t kToyPort = 1000;

// Mistakes that the toy can be told to make.
struct ToyMistakes {
  bool ack_before_sync = false;
  bool skip_directory_sync = false;
  bool sync_with_the_write = false;  // begins the sync before the write has completed
  bool keep_torn_tail = false;
};

// A log of numbers: one client sends them, each is appended to one file and acknowledged when it is durable. After a
// restart the file is read and its torn tail is cut.
std::unique_ptr<ports::App> toy_log(ports::Shard& shard, ToyMistakes mistakes);

// What the client of a toy log knows.
struct ToyResult {
  std::set<std::uint64_t> acknowledged;
  std::uint64_t sent = 0;
};

// Sends numbers 1, 2, 3, ... to `host`, at most `window` of them not acknowledged; goes on after a broken connection
// with the next number.
std::unique_ptr<ports::App> toy_client(ports::Shard& shard, const char* host, std::uint64_t window, ToyResult& result);

// Opens the log as the toy does after a restart: the numbers in it, or that a record in it is damaged.
struct ToyContents {
  std::set<std::uint64_t> numbers;
  bool damaged = false;
};
ToyContents toy_contents(Bytes file);

}  // namespace millrace::sim
