#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "base/ids.h"
#include "ports/faults.h"
#include "sim/faults.h"

namespace millrace::sim {

class World;

// One run of a workload.
struct RunOptions {
  std::uint64_t seed = 0;
  std::optional<ports::Planted> planted;  // the bug that is switched on; only in a build that carries them
  std::FILE* trace_to = nullptr;
};

// What a run came to.
struct Outcome {
  std::string broken;           // which promise broke, and how; empty if none did
  std::uint64_t hash = 0;       // of everything that happened
  std::uint64_t events = 0;
  MonoTime time;                // of the virtual clock at the end
  Coverage coverage;
  std::uint64_t kills = 0;
  std::uint64_t lost = 0;       // unsynced sectors, lengths and names that power cuts took
  std::uint64_t acknowledged = 0;
  std::uint64_t read = 0;
  std::uint64_t connections_broken = 0;
};

// Fills what the world itself knows.
void take_stock(World& world, Outcome& outcome);

}  // namespace millrace::sim
