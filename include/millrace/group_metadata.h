#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::client {

// Who a consumer is in its group now: for Producer::send_offsets_to_transaction, so that a member that the group has
// gone on without can commit nothing (KIP-447).
struct ConsumerGroupMetadata {
  std::string group_id;
  std::int32_t generation_id = -1;  // -1: no member
  std::string member_id;
  std::optional<std::string> group_instance_id;
};

}  // namespace millrace::client
