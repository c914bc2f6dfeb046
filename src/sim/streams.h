#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/prng.h"

namespace millrace::sim {

// The random streams of a run, one per concern, all from its seed: a change in what one concern draws leaves the
// others as they were, so that a seed stays comparable when a workload changes.
struct Streams {
  explicit Streams(std::uint64_t seed)
      : profile(Prng(seed).fork(1)),
        schedule(Prng(seed).fork(2)),
        network(Prng(seed).fork(3)),
        disk(Prng(seed).fork(4)),
        jobs(Prng(seed).fork(5)),
        faults(Prng(seed).fork(6)),
        workload(Prng(seed).fork(7)),
        ids(Prng(seed).fork(8)) {}

  Prng profile;   // which disturbances a run has
  Prng schedule;  // who runs next
  Prng network;
  Prng disk;
  Prng jobs;
  Prng faults;    // fault points in the product
  Prng workload;  // what clients do, and when nodes die
  Prng ids;       // what ports::Random hands out
};

// True once in `n` times on average; never for 0.
constexpr bool hit(Prng& prng, std::uint32_t n) { return n != 0 && prng.one_in(n); }

// A duration from `low` to `high` nanoseconds, both included. Precondition: low <= high.
constexpr Nanos between(Prng& prng, std::int64_t low, std::int64_t high) {
  return Nanos(low + static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>(high - low) + 1)));
}

// A duration around `typical` nanoseconds with a tail: mostly half to one and a half, once in 64 times up to 20 fold.
constexpr Nanos around(Prng& prng, std::int64_t typical) {
  if (prng.one_in(64)) return between(prng, typical, typical * 20);
  return between(prng, typical / 2, typical + typical / 2);
}

constexpr MonoTime operator+(MonoTime time, Nanos duration) { return time + duration.value(); }

}  // namespace millrace::sim
