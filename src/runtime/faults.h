#pragma once

#include "ports/faults.h"

namespace millrace::runtime {

// No faults: a real node meets enough of its own.
class NoFaults final : public ports::Faults {
 public:
  void reach(ports::Probe) override {}
  bool strike(ports::FaultPoint) override { return false; }
#ifdef MILLRACE_PLANTED
  bool planted(ports::Planted) override { return false; }
#endif
};

}  // namespace millrace::runtime
