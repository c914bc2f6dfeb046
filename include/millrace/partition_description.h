#pragma once

#include <cstdint>
#include <vector>

namespace millrace::client {

// One partition of a topic, as brokers tell it: who leads it, and who has copies. A plain value.
struct PartitionDescription {
  std::int32_t partition = 0;
  std::int32_t leader = -1;  // -1: none now
  std::int32_t leader_epoch = -1;
  std::vector<std::int32_t> replicas;
  std::vector<std::int32_t> in_sync;
  std::vector<std::int32_t> offline;
  std::vector<std::int32_t> eligible_leaders;     // KIP-966; empty where the broker does not tell
  std::vector<std::int32_t> last_known_eligible;  // the same
};

}  // namespace millrace::client
