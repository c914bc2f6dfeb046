#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

#include "client/consumer/assignor.h"

namespace millrace::client {
namespace {

// Shares partitions out so that nobody could give one away, directly or through others, to somebody with two fewer.
// Where all subscribe to the same topics each partition goes to whom Kafka's own leaders would give it.
class Sticky {
 public:
  Sticky(Assignees members, const PartitionCounts& topics) : members_(std::move(members)), topics_(topics) {
    std::ranges::sort(members_, {}, &Assignee::id);
    shares_.resize(members_.size());
    for (std::size_t at = 0; at < members_.size(); ++at) {
      for (const auto& topic : members_[at].topics) {
        if (topics_.contains(topic)) subscribers_[topic].insert(at);
      }
    }
  }

  GroupAssignment run() {
    if (members_.empty()) return {};
    find_owners();
    if (alike()) {
      share_alike();
    } else {
      for (const auto& [key, owner] : owner_) give(owner, key);
      share_rest();
      while (balance_once()) {
      }
    }
    GroupAssignment result;
    for (std::size_t at = 0; at < members_.size(); ++at) {
      auto& own = result[members_[at].id];
      for (const auto& [topic, partitions] : shares_[at].by_topic) {
        for (const std::int32_t partition : partitions) own.push_back({topic, partition});
      }
    }
    return result;
  }

 private:
  struct Share {
    std::map<std::string, std::set<std::int32_t>> by_topic;
    std::size_t count = 0;
  };

  void give(std::size_t to, const TopicPartition& key) {
    if (shares_[to].by_topic[key.topic].insert(key.partition).second) ++shares_[to].count;
  }
  void take(std::size_t from, const TopicPartition& key) {
    auto& share = shares_[from];
    const auto at = share.by_topic.find(key.topic);
    share.count -= at->second.erase(key.partition);
    if (at->second.empty()) share.by_topic.erase(at);
  }

  // Whether everybody wants the same.
  bool alike() const {
    return std::ranges::all_of(topics_, [this](const auto& topic) {
      const auto subscribers = subscribers_.find(topic.first);
      return subscribers == subscribers_.end() || subscribers->second.size() == members_.size();
    });
  }

  // The members as Java's HashMap holds their ids: who of several with too much keeps one more goes by it there.
  std::vector<std::size_t> hashed() const {
    std::size_t places = 16;
    while (members_.size() * 4 > places * 3) places *= 2;
    std::vector<std::pair<std::size_t, std::size_t>> order;  // place, member
    for (std::size_t at = 0; at < members_.size(); ++at) {
      std::uint32_t hash = 0;
      for (const char c : members_[at].id) hash = hash * 31 + static_cast<unsigned char>(c);
      order.emplace_back((hash ^ (hash >> 16U)) & (places - 1), at);
    }
    std::ranges::sort(order);
    std::vector<std::size_t> result;
    for (const auto& [place, at] : order) result.push_back(at);
    return result;
  }

  // Each keeps up to its quota; what is left is dealt out to those below theirs, in turn, and then one more to each of
  // those who may have one more.
  void share_alike() {
    std::vector<TopicPartition> rest;
    for (const auto& [topic, count] : topics_) {
      if (!subscribers_.contains(topic)) continue;
      for (std::int32_t partition = 0; partition < count; ++partition) rest.push_back({topic, partition});
    }
    const std::size_t quota = rest.size() / members_.size();
    const std::size_t with_more = rest.size() % members_.size();
    std::vector<std::vector<TopicPartition>> owned(members_.size());
    for (const auto& [key, owner] : owner_) owned[owner].push_back(key);
    std::vector<std::size_t> below;
    std::deque<std::size_t> filled;
    std::size_t more = 0;
    for (const std::size_t at : hashed()) {
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
      for (const auto& key : own) give(at, key);
    }
    std::ranges::sort(below);
    std::ranges::sort(filled);
    std::erase_if(rest, [&](const TopicPartition& key) {
      const auto owner = owner_.find(key);
      return owner != owner_.end() && has(owner->second, key);
    });
    deal(rest, quota, std::move(below), std::move(filled));
  }

  void deal(const std::vector<TopicPartition>& rest, std::size_t quota, std::vector<std::size_t> below,
            std::deque<std::size_t> filled) {
    std::size_t turn = 0;
    for (const auto& key : rest) {
      if (below.empty()) {
        give(filled.front(), key);
        filled.pop_front();
        continue;
      }
      if (turn >= below.size()) turn = 0;
      const std::size_t to = below[turn];
      give(to, key);
      if (shares_[to].count < quota) {
        ++turn;
      } else {
        below.erase(below.begin() + static_cast<std::ptrdiff_t>(turn));
        filled.push_back(to);
      }
    }
  }

  bool has(std::size_t at, const TopicPartition& key) const {
    const auto topic = shares_[at].by_topic.find(key.topic);
    return topic != shares_[at].by_topic.end() && topic->second.contains(key.partition);
  }

  // Members keep what they own, still exists and they still want. Of several who claim a partition the one of the
  // newest generation has it; of one generation nobody, since then one of them is wrong.
  void find_owners() {
    struct Claim {
      std::size_t member;
      std::int32_t generation;
      bool disputed;
    };
    std::map<TopicPartition, Claim> claims;
    for (std::size_t at = 0; at < members_.size(); ++at) {
      for (const auto& key : members_[at].owned) {
        const auto topic = topics_.find(key.topic);
        if (topic == topics_.end() || key.partition < 0 || key.partition >= topic->second) continue;
        if (!subscribers_[key.topic].contains(at)) continue;
        const std::int32_t generation = members_[at].generation;
        const auto [claim, fresh] = claims.try_emplace(key, Claim{at, generation, false});
        if (fresh) continue;
        if (generation > claim->second.generation) {
          claim->second = {at, generation, false};
        } else if (generation == claim->second.generation && claim->second.member != at) {
          claim->second.disputed = true;
        }
      }
    }
    for (const auto& [key, claim] : claims) {
      if (!claim.disputed) owner_.emplace(key, claim.member);
    }
  }

  // What nobody owns goes to those with the least, topics with few subscribers first.
  void share_rest() {
    std::vector<const PartitionCounts::value_type*> order;
    for (const auto& topic : topics_) {
      if (!subscribers_[topic.first].empty()) order.push_back(&topic);
    }
    std::ranges::stable_sort(order, [&](const auto* a, const auto* b) {
      return subscribers_[a->first].size() < subscribers_[b->first].size();
    });
    for (const auto* topic : order) {
      const auto& candidates = subscribers_[topic->first];
      for (std::int32_t partition = 0; partition < topic->second; ++partition) {
        const TopicPartition key{topic->first, partition};
        if (owner_.contains(key)) continue;
        give(*std::ranges::min_element(candidates, {}, [&](std::size_t at) { return shares_[at].count; }), key);
      }
    }
  }

  // Moves one partition along the shortest chain from a member with much to one with at least two fewer.
  bool balance_once() {
    std::vector<std::size_t> order(members_.size());
    for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
    std::ranges::stable_sort(order, [&](auto a, auto b) { return shares_[a].count > shares_[b].count; });
    for (const std::size_t from : order) {
      if (shares_[from].count < 2 || shares_[from].count < shares_[order.back()].count + 2) return false;
      if (relieve(from)) return true;
    }
    return false;
  }

  bool relieve(std::size_t from) {
    struct Step {
      std::size_t before;
      TopicPartition key;
    };
    std::map<std::size_t, Step> reached{{from, {from, {}}}};
    std::deque<std::size_t> queue{from};
    std::optional<std::size_t> poorest;
    while (!queue.empty()) {
      const std::size_t at = queue.front();
      queue.pop_front();
      for (const auto& [topic, partitions] : shares_[at].by_topic) {
        const TopicPartition key = cheapest(at, topic, partitions);
        for (const std::size_t to : subscribers_[topic]) {
          if (!reached.try_emplace(to, Step{at, key}).second) continue;
          queue.push_back(to);
          if (!poorest || shares_[to].count < shares_[*poorest].count) poorest = to;
        }
      }
    }
    if (!poorest || shares_[*poorest].count + 2 > shares_[from].count) return false;
    for (std::size_t to = *poorest; to != from; to = reached.at(to).before) {
      const Step& step = reached.at(to);
      take(step.before, step.key);
      give(to, step.key);
    }
    return true;
  }

  // One that the member did not have before, if there is one.
  TopicPartition cheapest(std::size_t at, const std::string& topic, const std::set<std::int32_t>& partitions) const {
    for (const std::int32_t partition : partitions) {
      const auto owner = owner_.find({topic, partition});
      if (owner == owner_.end() || owner->second != at) return {topic, partition};
    }
    return {topic, *partitions.rbegin()};
  }

  Assignees members_;
  const PartitionCounts& topics_;
  std::map<std::string, std::set<std::size_t>> subscribers_;
  std::vector<Share> shares_;
  std::map<TopicPartition, std::size_t> owner_;
};

}  // namespace

GroupAssignment assign_sticky(Assignees members, const PartitionCounts& topics) {
  return Sticky(std::move(members), topics).run();
}

}  // namespace millrace::client
