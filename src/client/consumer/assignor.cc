#include "client/consumer/assignor.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace millrace::client {

GroupAssignment assign(Strategy strategy, Assignees members, const PartitionCounts& topics,
                       const PartitionRacks& racks) {
  switch (strategy) {
    case Strategy::range: return assign_range(std::move(members), topics, racks);
    case Strategy::roundrobin: return assign_roundrobin(std::move(members), topics);
    case Strategy::sticky: return assign_sticky(std::move(members), topics, racks);
    case Strategy::cooperative_sticky: return assign_cooperative_sticky(std::move(members), topics, racks);
  }
  return {};
}

std::string_view protocol_name(Strategy strategy) {
  constexpr std::string_view kNames[] = {"range", "roundrobin", "sticky", "cooperative-sticky"};
  return kNames[static_cast<std::size_t>(strategy)];
}

void sort_members(Assignees& members) {
  const auto key = [](const Assignee& member) {
    const auto own = member.instance_id ? std::string_view(*member.instance_id) : std::string_view();
    return std::tuple(!member.instance_id.has_value(), own, std::string_view(member.id));
  };
  std::ranges::sort(members, [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

}  // namespace millrace::client
