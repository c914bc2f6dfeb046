#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/scenario.h"

namespace millrace::apps {

// What `millrace-sim` was asked for.
struct SimOptions {
  std::string workload;           // empty: all
  std::optional<std::uint64_t> seed;
  std::uint64_t seeds = 20;       // how many, one after the other
  std::uint64_t from = 1;         // the first of them
  std::string bug;                // a planted bug that is switched on; empty: none
  bool verbose = false;           // print every event
};

// Runs one seed or many; each promise that breaks is printed with the command that replays it. Returns the exit code.
int run_seeds(const SimOptions& options);
// The same, and fails when a probe or fault point was never reached.
int run_sweep(const SimOptions& options);
// For each planted bug, runs seeds until one finds it; fails when one is not found within `seeds`.
int run_planted(const SimOptions& options);

}  // namespace millrace::apps
