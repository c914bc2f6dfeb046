#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {
namespace {

// Deals `rest` out to those below their quota, in turn, and then one more to each of those who have it.
void deal(const std::vector<TopicPartition>& rest, std::size_t quota, std::vector<std::size_t> below,
          std::deque<std::size_t> filled, StickyShares& shares) {
  std::size_t turn = 0;
  for (const auto& key : rest) {
    if (below.empty()) {
      shares[filled.front()].give(key);
      filled.pop_front();
      continue;
    }
    if (turn >= below.size()) turn = 0;
    const std::size_t to = below[turn];
    shares[to].give(key);
    if (shares[to].count < quota) {
      ++turn;
    } else {
      below.erase(below.begin() + static_cast<std::ptrdiff_t>(turn));
      filled.push_back(to);
    }
  }
}

}  // namespace

// Each keeps up to its quota, and some of those with more than that one more: who of them goes by Java's order.
StickyShares share_alike(const StickyGroup& group) {
  StickyShares shares(group.members.size());
  std::vector<TopicPartition> rest;
  for (const auto& [topic, count] : group.topics) {
    for (std::int32_t partition = 0; partition < count; ++partition) rest.push_back({topic, partition});
  }
  const std::size_t quota = rest.size() / group.members.size();
  const std::size_t with_more = rest.size() % group.members.size();
  std::vector<std::vector<TopicPartition>> owned(group.members.size());
  for (const auto& [key, owner] : group.owners) owned[owner].push_back(key);
  std::vector<std::size_t> below;
  std::deque<std::size_t> filled;
  std::size_t more = 0;
  for (const std::size_t at : java_order(group.members)) {
    auto& own = owned[at];
    std::ranges::sort(own, {}, [](const TopicPartition& key) { return std::tie(key.partition, key.topic); });
    if (own.size() < quota) {
      below.push_back(at);
    } else if (own.size() > quota && more < with_more) {
      own.resize(quota + 1);
      ++more;
    } else {
      own.resize(quota);
      filled.push_back(at);
    }
    for (const auto& key : own) shares[at].give(key);
  }
  std::ranges::sort(below);
  std::ranges::sort(filled);
  std::erase_if(rest, [&](const TopicPartition& key) {
    const auto owner = group.owners.find(key);
    return owner != group.owners.end() && shares[owner->second].has(key);
  });
  deal(rest, quota, std::move(below), std::move(filled), shares);
  return shares;
}

}  // namespace millrace::client
