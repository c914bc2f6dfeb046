#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"

namespace millrace::sim {

// What kind of thing happened. Only names for the trace: nothing is decided by it.
enum class Kind : std::uint8_t {
  start, stop, stopped, kill, fail, turn_end, timer, message, reply, space, job, job_done, open_done, write_done,
  sync_done, read_done, resize_done, accept, connected, wire, readable, sent, closed, reset, fault, log, workload,
};
const char* to_string(Kind kind);

// Where an event happened. Node -1 is the world itself.
struct Place {
  std::int32_t node = -1;
  std::uint32_t shard = 0;
};

// Everything that happened in a run, folded into 64 bits as it happens: two runs took the same path if and only if
// (but for chance) their hashes are equal. Holds no addresses and nothing that an unordered container decides.
class Trace {
 public:
  // Also prints each event to `out` (nullptr: not).
  void print_to(std::FILE* out) { out_ = out; }
  // `a` and `b`: ids, sizes or checksums that tell the event apart from others of its kind.
  void event(MonoTime time, Place place, Kind kind, std::uint64_t a = 0, std::uint64_t b = 0);
  // A line of text: of a node's log, or of the workload.
  void line(MonoTime time, Place place, Kind kind, std::string_view text);

  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

 private:
  void mix(std::uint64_t value);

  std::FILE* out_ = nullptr;
  std::uint64_t hash_ = 0x6d696c6c72616365ULL;
  std::uint64_t events_ = 0;
};

// A checksum of bytes for the trace; not for storage.
std::uint64_t checksum64(Bytes bytes);

}  // namespace millrace::sim
