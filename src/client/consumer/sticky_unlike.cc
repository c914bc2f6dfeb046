#include <algorithm>
#include <cstdlib>
#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {
namespace {

// Who has got which partition from whom while a group is evened out. Where two members would give partitions of one
// topic to each other, what was given before comes back instead.
class Movements {
 public:
  // Which partition is to be moved if `key` should go from `from` to `to`.
  TopicPartition actual(const TopicPartition& key, std::size_t from, std::size_t to) const {
    const auto topic = by_topic_.find(key.topic);
    if (topic == by_topic_.end()) return key;
    if (const auto moved = moved_.find(key); moved != moved_.end()) from = moved->second.first;
    const auto back = topic->second.find({to, from});
    if (back == topic->second.end()) return key;
    const std::uint32_t hash = java_hash(key.topic);
    const auto place = [&](std::int32_t partition) {
      return java_place(31 * (31 + static_cast<std::uint32_t>(partition)) + hash, back->second.size());
    };
    return {key.topic, *std::ranges::min_element(back->second, {}, place)};
  }

  void note(const TopicPartition& key, std::size_t from, std::size_t to) {
    if (const auto moved = moved_.find(key); moved != moved_.end()) {
      from = moved->second.first;
      forget(key, moved->second);
      moved_.erase(moved);
      if (from == to) return;  // it is back where it was
    }
    moved_.emplace(key, Pair(from, to));
    by_topic_[key.topic][{from, to}].insert(key.partition);
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;  // from, to

  void forget(const TopicPartition& key, const Pair& pair) {
    auto& pairs = by_topic_.at(key.topic);
    auto& partitions = pairs.at(pair);
    partitions.erase(key.partition);
    if (partitions.empty()) pairs.erase(pair);
    if (pairs.empty()) by_topic_.erase(key.topic);
  }

  std::map<TopicPartition, Pair> moved_;
  std::map<std::string, std::map<Pair, std::set<std::int32_t>>> by_topic_;
};

class Unlike {
 public:
  explicit Unlike(const StickyGroup& group)
      : group_(group), shares_(group.members.size()), revokes_(group.revokes) {
    for (const auto& [key, owner] : group.owners) {
      if (group.far(owner, key)) {
        revokes_ = true;
      } else {
        give(owner, key);
      }
    }
    for (std::size_t at = 0; at < shares_.size(); ++at) ordered_.emplace(shares_[at].count, at);
    for (const auto& [topic, subscribers] : group.subscribers) {
      for (const std::size_t at : subscribers) most_[at] += static_cast<std::size_t>(group.topics.at(topic));
    }
    find_former_owners();
  }

  StickyShares run() {
    const bool from_nothing = ordered_.rbegin()->first == 0;
    const Keys unowned = deal_unowned();
    set_aside_fixed();
    const StickyShares before = shares_;
    // What is new is moved first, unless something has to be taken away anyhow.
    if (!revokes_) even_out(unowned);
    const bool moved = even_out(movable());
    if (!from_nothing && moved && unevenness(shares_) >= unevenness(before)) return before;
    return shares_;
  }

 private:
  using Keys = std::vector<TopicPartition>;

  void give(std::size_t to, const TopicPartition& key) {
    shares_[to].give(key);
    owner_[key] = to;
  }

  // Those who had partitions in a generation before the last one: they may have them back.
  void find_former_owners() {
    std::int32_t newest = -1;
    for (const auto& member : group_.members) newest = std::max(newest, member.generation);
    std::map<TopicPartition, std::int32_t> generations;
    for (const std::size_t at : java_order(group_.members)) {
      const Assignee& member = group_.members[at];
      if (member.generation >= newest) continue;
      for (const auto& key : member.owned) {
        const auto [known, fresh] = generations.try_emplace(key, member.generation);
        if (!fresh && member.generation <= known->second) continue;
        known->second = member.generation;
        former_[key] = at;
      }
    }
  }

  // All partitions, those with the fewest subscribers first.
  Keys all() const {
    std::vector<const PartitionCounts::value_type*> order;
    for (const auto& topic : group_.topics) order.push_back(&topic);
    std::ranges::stable_sort(order, {}, [&](const auto* topic) { return group_.subscribers.at(topic->first).size(); });
    Keys keys;
    for (const auto* topic : order) {
      const auto& [name, count] = *topic;
      for (std::int32_t partition = 0; partition < count; ++partition) keys.push_back({name, partition});
    }
    return keys;
  }

  bool movable(const std::string& topic) const { return group_.subscribers.at(topic).size() > 1; }
  Keys movable() const {
    Keys keys = all();
    std::erase_if(keys, [this](const TopicPartition& key) { return !movable(key.topic); });
    return keys;
  }

  // The subscriber with the least.
  std::size_t poorest(const std::string& topic) const {
    return std::ranges::find_if(ordered_, [&](const auto& one) {
             return group_.subscribes(one.second, topic);
           })->second;
  }

  // Returns those of them that could go elsewhere too.
  Keys deal_unowned() {
    Keys unowned = all();
    std::erase_if(unowned, [this](const TopicPartition& key) { return owner_.contains(key); });
    if (!group_.racks.empty()) {
      for (const auto& key : unowned) deal_to(key, [&](std::size_t at) { return !group_.far(at, key); });
    }
    for (const auto& key : unowned) {
      if (!owner_.contains(key)) deal_to(key, [](std::size_t) { return true; });
    }
    std::erase_if(unowned, [this](const TopicPartition& key) { return !movable(key.topic); });
    return unowned;
  }
  // To the subscriber with the least of those who may have it, if there is one.
  template <typename May>
  void deal_to(const TopicPartition& key, May may) {
    const auto to = std::ranges::find_if(ordered_, [&](const auto& one) {
      return group_.subscribes(one.second, key.topic) && may(one.second);
    });
    if (to == ordered_.end()) return;
    const std::size_t at = to->second;
    ordered_.erase(to);
    give(at, key);
    ordered_.emplace(shares_[at].count, at);
  }

  // Whoever has all that it can get, and can give none of it away, takes no part.
  void set_aside_fixed() {
    for (std::size_t at = 0; at < shares_.size(); ++at) {
      const auto& topics = shares_[at].by_topic;
      const bool gives = std::ranges::any_of(topics, [this](const auto& topic) { return movable(topic.first); });
      if (!gives && shares_[at].count >= most_[at]) ordered_.erase({shares_[at].count, at});
    }
  }
  bool takes_part(std::size_t at) const { return ordered_.contains({shares_[at].count, at}); }

  // Whether nobody could get a partition from somebody with two more.
  bool balanced() const {
    if (ordered_.empty() || ordered_.begin()->first + 1 >= ordered_.rbegin()->first) return true;
    for (const auto& [topic, subscribers] : group_.subscribers) {
      std::size_t richest = 0;
      for (const std::size_t at : subscribers) {
        if (shares_[at].by_topic.contains(topic)) richest = std::max(richest, shares_[at].count);
      }
      if (std::ranges::any_of(subscribers, [&](std::size_t at) { return shares_[at].count + 1 < richest; })) {
        return false;
      }
    }
    return true;
  }

  // Goes through `keys` until the group is balanced or nothing can be moved any more. Whether anything was.
  bool even_out(const Keys& keys) {
    bool any = false;
    // Moves that bring others back need not make the group more even each: a bound ends what would go in circles.
    std::size_t left = (keys.size() + 1) * group_.members.size();
    for (bool again = true; again;) {
      again = false;
      for (const auto& key : keys) {
        if (left == 0 || balanced()) break;
        const std::size_t from = owner_.at(key);
        const auto former = former_.find(key);
        const bool goes_back = former != former_.end() && group_.subscribes(former->second, key.topic) &&
                               takes_part(former->second) &&
                               shares_[from].count > shares_[former->second].count + 1;
        const std::size_t to = goes_back ? former->second : poorest(key.topic);
        if (shares_[from].count <= shares_[to].count + 1) continue;
        move(movements_.actual(key, from, to), to);
        --left;
        any = again = true;
      }
    }
    return any;
  }

  void move(const TopicPartition& key, std::size_t to) {
    const std::size_t from = owner_.at(key);
    ordered_.erase({shares_[from].count, from});
    ordered_.erase({shares_[to].count, to});
    movements_.note(key, from, to);
    shares_[from].take(key);
    give(to, key);
    ordered_.emplace(shares_[from].count, from);
    ordered_.emplace(shares_[to].count, to);
  }

  // How much the members' numbers of partitions differ, over all pairs of those who take part.
  std::size_t unevenness(const StickyShares& shares) const {
    std::size_t sum = 0;
    for (const auto& [ignored, a] : ordered_) {
      for (const auto& [also, b] : ordered_) {
        if (shares[a].count > shares[b].count) sum += shares[a].count - shares[b].count;
      }
    }
    return sum;
  }

  const StickyGroup& group_;
  StickyShares shares_;
  bool revokes_;  // somebody has what it should not have any more
  std::map<TopicPartition, std::size_t> owner_;
  std::map<TopicPartition, std::size_t> former_;
  std::map<std::size_t, std::size_t> most_;                  // partitions that a member could have
  std::set<std::pair<std::size_t, std::size_t>> ordered_;    // number of partitions, member; of those who take part
  Movements movements_;
};

}  // namespace

StickyShares share_unlike(const StickyGroup& group) { return Unlike(group).run(); }

}  // namespace millrace::client
