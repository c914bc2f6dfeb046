#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "client/consumer/assignor.h"

namespace millrace::client {

// What the members of a classic group of consumers tell each other through the coordinator.

// A member's subscription, for one of its assignors. `owned` and `generation`: what it has now; `last_*`: what it had
// in its last generation, which sticky assignors are told in bytes of their own.
struct Subscription {
  std::vector<std::string> topics;
  std::vector<TopicPartition> owned;
  std::vector<TopicPartition> last_owned;
  std::int32_t generation = -1;
  std::string rack;
};
Buffer encode_subscription(const Subscription& subscription, Strategy strategy);
// Nothing if the bytes are no subscription.
std::optional<Assignee> decode_subscription(std::string_view member_id, std::optional<std::string_view> instance_id,
                                               Bytes metadata, Strategy strategy);

Buffer encode_assignment(const std::vector<TopicPartition>& partitions);
std::optional<std::vector<TopicPartition>> decode_assignment(Bytes bytes);

}  // namespace millrace::client
