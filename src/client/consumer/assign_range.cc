#include <algorithm>
#include <utility>

#include "client/consumer/racks.h"

namespace millrace::client {
namespace {

using Members = std::vector<const Assignee*>;

// One topic while its partitions are given away.
class RangeTopic {
 public:
  RangeTopic(const std::string& name, std::int32_t count, Members subscribers, const PartitionRacks& racks)
      : name_(name),
        subscribers_(std::move(subscribers)),
        given_(subscribers_.size(), 0),
        share_(static_cast<std::size_t>(count) / subscribers_.size()),
        larger_left_(static_cast<std::size_t>(count) % subscribers_.size()),
        racks_(racks) {
    for (std::int32_t i = 0; i < count; ++i) left_.insert(i);
    rack_aware_ = racks_matter(subscribers_, {{name, count}}, racks);
  }

  const Members& subscribers() const { return subscribers_; }
  bool rack_aware() const { return rack_aware_; }
  // How many more the subscriber may get.
  std::size_t room(std::size_t at) const {
    const std::size_t most = share_ + (larger_left_ > 0 ? 1 : 0);
    return most > given_[at] ? most - given_[at] : 0;
  }
  // Whether the subscriber may read it without leaving its rack, as far as that is known.
  bool suits(std::size_t at, std::int32_t partition) const {
    return subscribers_[at]->rack.empty() || near(*subscribers_[at], {name_, partition}, racks_);
  }

  void give(std::size_t at, const std::vector<std::int32_t>& partitions, GroupAssignment& result) {
    auto& own = result[subscribers_[at]->id];
    for (const std::int32_t partition : partitions) {
      own.push_back({name_, partition});
      left_.erase(partition);
    }
    given_[at] += partitions.size();
    if (!partitions.empty() && given_[at] > share_) --larger_left_;
  }
  // Gives each the first ones that it may have, of those that are left.
  void give_ranges(bool that_suit, GroupAssignment& result) {
    for (std::size_t at = 0; at < subscribers_.size(); ++at) {
      std::vector<std::int32_t> range;
      const std::size_t most = room(at);
      for (auto i = left_.begin(); i != left_.end() && range.size() < most; ++i) {
        if (!that_suit || suits(at, *i)) range.push_back(*i);
      }
      give(at, range, result);
    }
  }

 private:
  const std::string& name_;
  Members subscribers_;
  std::vector<std::size_t> given_;
  std::size_t share_;
  std::size_t larger_left_;  // subscribers that may have one more yet
  const PartitionRacks& racks_;
  bool rack_aware_ = false;
  std::set<std::int32_t> left_;
};
using Alike = std::vector<RangeTopic*>;

// Topics that can be joined: a partition goes to somebody whom it suits in all of them, or waits.
void give_together(const Alike& topics, std::int32_t count, GroupAssignment& result) {
  for (std::int32_t partition = 0; partition < count; ++partition) {
    for (std::size_t at = 0; at < topics.front()->subscribers().size(); ++at) {
      const auto fits = [&](const RangeTopic* topic) { return topic->room(at) > 0 && topic->suits(at, partition); };
      if (!std::ranges::all_of(topics, fits)) continue;
      for (RangeTopic* topic : topics) topic->give(at, {partition}, result);
      break;
    }
  }
}

}  // namespace

GroupAssignment assign_range(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks) {
  sort_members(members);
  GroupAssignment result;
  for (const auto& member : members) result[member.id];
  std::vector<RangeTopic> all;
  all.reserve(topics.size());
  std::map<std::pair<Members, std::int32_t>, Alike> alike;  // those with the same subscribers and as many partitions
  for (const auto& [topic, count] : topics) {
    Members subscribers;
    for (const auto& member : members) {
      if (std::ranges::find(member.topics, topic) != member.topics.end()) subscribers.push_back(&member);
    }
    if (subscribers.empty()) continue;
    alike[{subscribers, count}].push_back(&all.emplace_back(topic, count, subscribers, racks));
  }
  if (std::ranges::any_of(all, &RangeTopic::rack_aware)) {
    for (const auto& [shape, some] : alike) {
      const auto named = [](const Assignee* member) { return !member->rack.empty(); };
      if (some.size() > 1 && std::ranges::any_of(shape.first, named)) {
        give_together(some, shape.second, result);
      } else if (some.size() == 1 && some.front()->rack_aware()) {
        some.front()->give_ranges(true, result);
      }
    }
  }
  for (RangeTopic& topic : all) topic.give_ranges(false, result);
  return result;
}

}  // namespace millrace::client
