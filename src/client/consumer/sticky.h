#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/consumer/assignor.h"
#include "client/consumer/racks.h"

namespace millrace::client {

// A group as the sticky assignors see it. Members are called by their places in `members`.
struct StickyGroup {
  Assignees members;                                         // by their ids
  PartitionCounts topics;                                    // those that somebody subscribes to
  std::map<std::string, std::set<std::size_t>> subscribers;  // of each of `topics`
  std::map<TopicPartition, std::size_t> owners;              // of what members have, which still exists and is wanted
  std::set<TopicPartition> disputed;                         // several members of one generation have said so
  bool alike = false;                                        // all subscribe to the same topics
  bool revokes = false;                                      // somebody has what it does not subscribe to any more
  PartitionRacks racks;                                      // empty: they make no difference

  bool subscribes(std::size_t member, const std::string& topic) const {
    return subscribers.at(topic).contains(member);
  }
  // Whether the member should rather not have the partition. One whose rack is not known has nothing against it.
  bool far(std::size_t member, const TopicPartition& key) const {
    return !racks.empty() && !members[member].rack.empty() && !near(members[member], key, racks);
  }
};

// What one member gets.
struct StickyShare {
  std::map<std::string, std::set<std::int32_t>> by_topic;
  std::size_t count = 0;

  bool has(const TopicPartition& key) const {
    const auto topic = by_topic.find(key.topic);
    return topic != by_topic.end() && topic->second.contains(key.partition);
  }
  void give(const TopicPartition& key) { count += by_topic[key.topic].insert(key.partition).second ? 1 : 0; }
  void take(const TopicPartition& key) {
    const auto topic = by_topic.find(key.topic);
    count -= topic->second.erase(key.partition);
    if (topic->second.empty()) by_topic.erase(topic);
  }
};
using StickyShares = std::vector<StickyShare>;  // by members' places

StickyGroup sticky_group(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks);
// What each would have if nothing had to be given up first.
StickyShares sticky_shares(const StickyGroup& group);
GroupAssignment sticky_assignment(const StickyGroup& group, const StickyShares& shares);

// Where all subscribe to the same topics: each gets the same number of partitions, or one more.
StickyShares share_alike(const StickyGroup& group);
// Where they do not: as even as moves of single partitions make it.
StickyShares share_unlike(const StickyGroup& group);

// Kafka's leaders go through hash maps in Java's order in some places, and ours have to come to the same end.
//
// Java's hash of a text.
std::uint32_t java_hash(std::string_view text);
// Where a map or set of so many entries looks for this hash first; it is gone through in the order of these places.
std::size_t java_place(std::uint32_t hash, std::size_t entries);
// The members in the order in which a map by their ids is gone through.
std::vector<std::size_t> java_order(const Assignees& members);

}  // namespace millrace::client
