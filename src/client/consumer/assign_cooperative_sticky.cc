#include <set>

#include "client/consumer/assignor.h"

namespace millrace::client {

GroupAssignment assign_cooperative_sticky(Assignees members, const PartitionCounts& topics) {
  std::map<TopicPartition, std::set<std::string>> owners;
  for (const auto& member : members) {
    for (const auto& key : member.owned) owners[key].insert(member.id);
  }
  GroupAssignment result = assign_sticky(std::move(members), topics);
  for (auto& [id, own] : result) {
    std::erase_if(own, [&, &id = id](const TopicPartition& key) {
      const auto owner = owners.find(key);
      return owner != owners.end() && (owner->second.size() > 1 || !owner->second.contains(id));
    });
  }
  return result;
}

}  // namespace millrace::client
