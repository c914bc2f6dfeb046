#pragma once

#include <cstdint>

#include "base/prng.h"

namespace millrace::sim {

// How rough a run is. Each fault is "once in n chances", 0 is never; each duration is a typical value in nanoseconds.
// A run draws its own: some faults are absent, some are frequent, because a bug may need one kind without the others.
struct Profile {
  // Scheduling.
  std::int64_t turn_delay = 5'000;         // from the first input to the turn that takes it
  std::uint32_t shard_stall = 0;           // a turn is late by up to 50 ms
  std::uint32_t wall_jump = 0;             // per turn: the node's wall clock jumps by up to a minute, either way
  std::uint32_t ring_places = 64;          // requests of one shard that another has not read yet
  std::int64_t message_delay = 2'000;
  std::int64_t job_delay = 100'000;
  // Network.
  std::int64_t latency = 100'000;
  std::uint32_t chunk_bytes = 65'536;      // the most that arrives at once
  std::uint32_t window_bytes = 262'144;    // sent and not yet read by the other side
  std::uint32_t connection_reset = 0;      // per chunk sent: the connection breaks, what is under way is lost
  std::uint32_t connection_silence = 0;    // per chunk sent: from now on nothing arrives any more, and nobody is told
  std::uint32_t connect_refused = 0;
  // Disk.
  std::int64_t write_time = 30'000;
  std::int64_t sync_time = 400'000;
  std::int64_t read_time = 60'000;
  std::uint32_t not_cached = 8;            // read_cached has to wait for the disk
  std::uint32_t read_error = 0;
  std::uint32_t write_error = 0;
  std::uint32_t sync_error = 0;
  std::uint32_t open_error = 0;
  std::uint32_t stale_read = 0;            // reads see what the disk holds, not what was written: only on demand
  // Fault points in the product: each is drawn on its own up to this frequency.
  std::uint32_t fault_point = 0;

  // Delays, but nothing fails.
  static Profile calm() { return Profile(); }
  // Everything that a network and a power supply may do to a correct system; disks are slow but fail only if `disks`.
  static Profile draw(Prng& prng, bool disks);
};

}  // namespace millrace::sim
