#include <algorithm>
#include <set>
#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {
namespace {

// Who says that it has which partition, rightly or not.
using Claims = std::map<TopicPartition, std::set<std::size_t>>;

// Whether somebody else has to give the partition up before `member` may have it.
bool in_other_hands(const StickyGroup& group, const Claims& claims, const TopicPartition& key, std::size_t member) {
  if (group.alike) {
    const auto owner = group.owners.find(key);
    return group.disputed.contains(key) || (owner != group.owners.end() && owner->second != member);
  }
  const auto claim = claims.find(key);
  return claim != claims.end() && !claim->second.contains(member);
}

}  // namespace

GroupAssignment assign_cooperative_sticky(Assignees members, const PartitionCounts& topics,
                                          const PartitionRacks& racks) {
  const StickyGroup group = sticky_group(std::move(members), topics, racks);
  StickyShares shares = sticky_shares(group);
  Claims claims;
  for (std::size_t at = 0; at < group.members.size(); ++at) {
    for (const auto& key : group.members[at].owned) claims[key].insert(at);
  }
  for (const auto& [topic, count] : group.topics) {
    for (std::int32_t partition = 0; partition < count; ++partition) {
      const TopicPartition key{topic, partition};
      const auto has = std::ranges::find_if(shares, [&](const StickyShare& share) { return share.has(key); });
      if (has == shares.end()) continue;
      if (in_other_hands(group, claims, key, static_cast<std::size_t>(has - shares.begin()))) has->take(key);
    }
  }
  return sticky_assignment(group, shares);
}

}  // namespace millrace::client
