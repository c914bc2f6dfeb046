#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/uuid.h"
#include "sim/checkers/history.h"

namespace millrace::sim {

// What the clients of a run do, all of it drawn from its seed.
struct Traffic {
  struct Topic {
    std::string name;
    std::int32_t partitions;
    std::vector<std::pair<std::string, std::string>> configs;
  };
  std::vector<Topic> topics;
  std::uint32_t producers = 1;
  std::uint32_t consumers = 1;
  std::uint32_t members = 0;         // of a consumer group
  std::uint32_t batches = 20;        // of each producer, to each partition
  std::uint32_t records = 3;         // of a batch, at most
  std::size_t largest_value = 500;   // bytes
  Millis pause{20};                  // of a producer between its requests, at most
  Millis patience{2'000};            // of every client, before it gives up on a connection

  static Traffic draw(Prng& prng);
  std::vector<PartitionName> partitions() const;
};

// What goes on between the workload and its clients while they run.
struct Stage {
  const Traffic& traffic;
  History& history;
  std::string broker;
  std::uint16_t port;
  // Set when nothing will fail any more: the last batches are sent, and a fetch waits as long as it likes.
  bool calm = false;
};

}  // namespace millrace::sim
