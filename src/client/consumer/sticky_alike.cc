#include <algorithm>
#include <tuple>
#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {
namespace {

using Keys = std::vector<TopicPartition>;
using Places = std::vector<std::size_t>;  // of members

class Alike {
 public:
  explicit Alike(const StickyGroup& group) : group_(group), shares_(group.members.size()) {
    for (const auto& [topic, count] : group.topics) {
      for (std::int32_t partition = 0; partition < count; ++partition) rest_.push_back({topic, partition});
    }
    quota_ = rest_.size() / group.members.size();
    more_left_ = rest_.size() % group.members.size();
  }

  StickyShares run() {
    leave_owned();
    std::ranges::sort(below_);
    std::ranges::sort(filled_);
    if (!group_.racks.empty()) deal_near();
    deal();
    return std::move(shares_);
  }

 private:
  // Each keeps up to its quota, and some of those with more than that one more: who of them goes by Java's order.
  void leave_owned() {
    std::vector<Keys> owned(shares_.size());
    for (const auto& [key, owner] : group_.owners) {
      if (!group_.far(owner, key) && !group_.disputed.contains(key)) owned[owner].push_back(key);
    }
    for (const std::size_t at : java_order(group_.members)) {
      auto& own = owned[at];
      std::ranges::sort(own, {}, [](const TopicPartition& key) { return std::tie(key.partition, key.topic); });
      if (own.size() < quota_) {
        below_.push_back(at);
      } else if (own.size() > quota_ && more_left_ > 0) {
        own.resize(quota_ + 1);
        one_has_more();
      } else {
        own.resize(quota_);
        if (more_left_ > 0) filled_.push_back(at);
      }
      for (const auto& key : own) shares_[at].give(key);
    }
    std::erase_if(rest_, [&](const TopicPartition& key) {
      const auto owner = group_.owners.find(key);
      return owner != group_.owners.end() && shares_[owner->second].has(key);
    });
  }

  // Deals out what can go to somebody near, beginning with what the fewest are near to: in turn to those below their
  // quota, else one more to somebody who has it.
  void deal_near() {
    std::ranges::stable_sort(rest_, {}, [this](const TopicPartition& key) {
      return std::ranges::count_if(group_.members, [&](const Assignee& one) { return near(one, key, group_.racks); });
    });
    Keys left;
    std::size_t turn = 0;
    for (const auto& key : rest_) {
      if (const std::size_t at = next_near(below_, key, turn); at < below_.size()) {
        const bool full = give_below(at, key);
        turn = below_.empty() ? 0 : (at + (full ? 0 : 1)) % below_.size();
      } else if (const std::size_t other = next_near(filled_, key, 0); other < filled_.size()) {
        shares_[filled_[other]].give(key);
        filled_.erase(filled_.begin() + static_cast<std::ptrdiff_t>(other));
        one_has_more();
      } else {
        left.push_back(key);
      }
    }
    rest_ = std::move(left);
  }

  // Deals the rest out to those below their quota, in turn, and then one more to each of those who have it.
  void deal() {
    std::size_t turn = 0;
    std::size_t next_filled = 0;
    for (const auto& key : rest_) {
      if (below_.empty()) {
        shares_[filled_[next_filled++]].give(key);
        continue;
      }
      if (turn >= below_.size()) turn = 0;
      if (!give_below(turn, key)) ++turn;
    }
  }

  // Whether it has its quota now, and is not among those below it any more.
  bool give_below(std::size_t at, const TopicPartition& key) {
    const std::size_t to = below_[at];
    shares_[to].give(key);
    if (shares_[to].count < quota_) return false;
    below_.erase(below_.begin() + static_cast<std::ptrdiff_t>(at));
    if (more_left_ > 0) filled_.push_back(to);
    return true;
  }
  void one_has_more() {
    if (--more_left_ == 0) filled_.clear();
  }

  // The place in `places` of the first member from `begin` on, around the end, that is near; their number if none is.
  std::size_t next_near(const Places& places, const TopicPartition& key, std::size_t begin) const {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t at = (begin + i) % places.size();
      if (near(group_.members[places[at]], key, group_.racks)) return at;
    }
    return places.size();
  }

  const StickyGroup& group_;
  StickyShares shares_;
  Keys rest_;              // what nobody has
  std::size_t quota_;
  std::size_t more_left_;  // members that get one more than the quota yet
  Places below_;           // members with less than the quota
  Places filled_;          // those with just the quota; none when nobody may get more any more
};

}  // namespace

StickyShares share_alike(const StickyGroup& group) { return Alike(group).run(); }

}  // namespace millrace::client
