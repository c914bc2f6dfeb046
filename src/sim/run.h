#pragma once

#include <cstdint>
#include <optional>

#include "sim/events.h"
#include "sim/faults.h"
#include "sim/profile.h"
#include "sim/streams.h"
#include "sim/trace.h"

namespace millrace::sim {

// What all parts of one run share.
struct Run {
  Run(std::uint64_t seed, const Profile& disturbances, std::optional<ports::Planted> planted)
      : streams(seed),
        profile(disturbances),
        queue(streams.schedule.fork(1)),
        faults(streams.faults, disturbances.fault_point, planted) {}

  MonoTime now() const { return queue.now(); }

  Streams streams;
  Profile profile;
  Trace trace;
  EventQueue queue;
  Faults faults;
};

}  // namespace millrace::sim
