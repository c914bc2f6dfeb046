#include <algorithm>

#include "client/consumer/assignor.h"

namespace millrace::client {

GroupAssignment assign_range(Assignees members, const PartitionCounts& topics) {
  sort_members(members);
  GroupAssignment result;
  for (const auto& member : members) result[member.id];
  for (const auto& [topic, count] : topics) {
    std::vector<const Assignee*> subscribers;
    for (const auto& member : members) {
      if (std::ranges::find(member.topics, topic) != member.topics.end()) subscribers.push_back(&member);
    }
    if (subscribers.empty()) continue;
    const auto heads = static_cast<std::int32_t>(subscribers.size());
    std::int32_t next = 0;
    for (std::int32_t i = 0; i < heads; ++i) {
      const std::int32_t share = count / heads + (i < count % heads ? 1 : 0);
      auto& own = result[subscribers[static_cast<std::size_t>(i)]->id];
      for (std::int32_t end = next + share; next < end; ++next) own.push_back({topic, next});
    }
  }
  return result;
}

}  // namespace millrace::client
