#include <algorithm>
#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {
namespace {

// Members keep what they own, still exists and they still want. Of several who claim a partition the one of the newest
// generation has it; of one generation nobody, since then one of them is wrong. Kafka's leaders go by Java's order, and
// so is this: what was in dispute before the newest claim has come stays in dispute.
void find_owners(StickyGroup& group) {
  struct Claim {
    std::size_t member;
    std::int32_t generation;
    bool good;
  };
  std::map<TopicPartition, Claim> claims;
  for (const std::size_t at : java_order(group.members)) {
    const std::int32_t generation = group.members[at].generation;
    for (const auto& key : group.members[at].owned) {
      const auto topic = group.topics.find(key.topic);
      if (topic == group.topics.end() || key.partition < 0 || key.partition >= topic->second) continue;
      const auto [claim, fresh] = claims.try_emplace(key, Claim{at, generation, true});
      if (fresh) continue;
      if (generation > claim->second.generation) {
        claim->second = {at, generation, true};
      } else if (generation == claim->second.generation && claim->second.member != at) {
        claim->second.good = false;
        group.disputed.insert(key);
      }
    }
  }
  for (const auto& [key, claim] : claims) {
    if (!claim.good) continue;
    if (group.subscribes(claim.member, key.topic)) {
      group.owners.emplace(key, claim.member);
    } else {
      group.revokes = true;
    }
  }
}

// Whether everybody wants the same, topics that do not exist included.
bool alike(const Assignees& members) {
  const auto wanted = [](const Assignee& member) {
    return std::set<std::string>(member.topics.begin(), member.topics.end());
  };
  const auto first = wanted(members.front());
  return std::ranges::all_of(members, [&](const Assignee& member) { return wanted(member) == first; });
}

}  // namespace

std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash;
}

std::size_t java_place(std::uint32_t hash, std::size_t entries) {
  std::size_t places = 16;
  while (entries * 4 > places * 3) places *= 2;
  return (hash ^ (hash >> 16U)) & (places - 1);
}

std::vector<std::size_t> java_order(const Assignees& members) {
  std::vector<std::pair<std::size_t, std::size_t>> order;  // place, member
  for (std::size_t at = 0; at < members.size(); ++at) {
    order.emplace_back(java_place(java_hash(members[at].id), members.size()), at);
  }
  std::ranges::sort(order);
  std::vector<std::size_t> result;
  for (const auto& [place, at] : order) result.push_back(at);
  return result;
}

StickyGroup sticky_group(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks) {
  StickyGroup group;
  group.members = std::move(members);
  std::ranges::sort(group.members, {}, &Assignee::id);
  for (std::size_t at = 0; at < group.members.size(); ++at) {
    for (const auto& topic : group.members[at].topics) {
      const auto known = topics.find(topic);
      if (known == topics.end()) continue;
      group.topics.insert(*known);
      group.subscribers[topic].insert(at);
    }
  }
  std::vector<const Assignee*> all;
  for (const Assignee& member : group.members) all.push_back(&member);
  if (racks_matter(all, group.topics, racks)) group.racks = racks;
  group.alike = !group.members.empty() && alike(group.members);
  find_owners(group);
  return group;
}

StickyShares sticky_shares(const StickyGroup& group) {
  if (group.members.empty()) return {};
  return group.alike ? share_alike(group) : share_unlike(group);
}

GroupAssignment sticky_assignment(const StickyGroup& group, const StickyShares& shares) {
  GroupAssignment result;
  for (std::size_t at = 0; at < group.members.size(); ++at) {
    auto& own = result[group.members[at].id];
    for (const auto& [topic, partitions] : shares[at].by_topic) {
      for (const std::int32_t partition : partitions) own.push_back({topic, partition});
    }
  }
  return result;
}

}  // namespace millrace::client
