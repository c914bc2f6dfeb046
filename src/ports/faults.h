#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::ports {

// Rare paths, counted when a run comes through them: a sweep of the simulator fails if one listed here is never
// reached. One line per probe: name, and when it is reached.
#define MILLRACE_PROBES(X)                                                       \
  X(log_segment_rolled, "a partition's active segment was closed for a new one") \
  X(log_tail_cut, "recovery cut bytes that no sync had covered")                 \
  X(log_disk_full, "a log found no space and waits for it")                      \
  X(log_broken, "a write or sync failed, and the log was closed for writing")    \
  X(log_cut_back, "a log was truncated")                                         \
  X(log_read_missed, "a read found a batch header not in memory")

// Places where the simulator may make the product take its rare path: each asks faults.strike().
#define MILLRACE_FAULT_POINTS(X) X(mailbox_full, "a request to another shard finds its ring full")

// Bugs that a build with MILLRACE_PLANTED carries, so that the simulator can prove that it finds them.
#define MILLRACE_PLANTED_BUGS(X) X(acknowledge_before_sync, "a produce is answered before its batch is durable")

#define MILLRACE_NAME(name, text) name,
enum class Probe : std::uint16_t { MILLRACE_PROBES(MILLRACE_NAME) kCount };
enum class FaultPoint : std::uint16_t { MILLRACE_FAULT_POINTS(MILLRACE_NAME) kCount };
enum class Planted : std::uint16_t { MILLRACE_PLANTED_BUGS(MILLRACE_NAME) kCount };
#undef MILLRACE_NAME

// The simulator's hands inside the product. The runtime's own does nothing.
class Faults {
 public:
  virtual ~Faults() = default;
  virtual void reach(Probe probe) = 0;
  // Whether to take the rare path now.
  virtual bool strike(FaultPoint point) = 0;
  // Whether `bug` is switched on. Always false, and compiled away, unless the build carries planted bugs.
#ifdef MILLRACE_PLANTED
  virtual bool planted(Planted bug) = 0;
#else
  static constexpr bool planted(Planted) { return false; }
#endif
};

}  // namespace millrace::ports
