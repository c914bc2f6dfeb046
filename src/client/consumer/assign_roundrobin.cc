#include <algorithm>

#include "client/consumer/assignor.h"

namespace millrace::client {

GroupAssignment assign_roundrobin(Assignees members, const PartitionCounts& topics) {
  sort_members(members);
  GroupAssignment result;
  for (const auto& member : members) result[member.id];
  std::size_t turn = 0;
  for (const auto& [topic, count] : topics) {
    const auto subscribed = [&topic = topic](const Assignee& member) {
      return std::ranges::find(member.topics, topic) != member.topics.end();
    };
    if (std::ranges::none_of(members, subscribed)) continue;
    for (std::int32_t partition = 0; partition < count; ++partition) {
      while (!subscribed(members[turn])) turn = (turn + 1) % members.size();
      result[members[turn].id].push_back({topic, partition});
      turn = (turn + 1) % members.size();
    }
  }
  return result;
}

}  // namespace millrace::client
