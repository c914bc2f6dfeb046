#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "coordinator/record.h"

namespace millrace::coordinator {

// An ordered map with two views: what all events so far have made of it, and what the committed ones have. Events that
// are not committed yet can be undone, newest first.
//
// A change is made in the name of an event (begin_event); commit(n) makes the changes of events up to n permanent, and
// revert(n) undoes those of every event after n. Memory beyond the map itself is one old value per uncommitted change.
template <typename Key, typename Value, typename Compare = std::less<>>
class TimelineMap {
 public:
  using Map = std::map<Key, Value, Compare>;

  // The newest view; null if there is none.
  template <typename K>
  const Value* find(const K& key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }
  const Map& newest() const { return map_; }

  // The committed view; null if there is none.
  template <typename K>
  const Value* find_committed(const K& key) const {
    const auto changed = before_.find(key);
    if (changed == before_.end()) return find(key);
    return changed->second.front() ? &*changed->second.front() : nullptr;
  }
  // Calls visit(key, value) for the committed entries from `from` on, in order, until it returns false.
  template <typename K, typename Visit>
  void scan_committed(const K& from, Visit visit) const {
    auto now = map_.lower_bound(from);
    auto then = before_.lower_bound(from);
    while (now != map_.end() || then != before_.end()) {
      const bool unchanged =
          then == before_.end() || (now != map_.end() && map_.key_comp()(now->first, then->first));
      if (unchanged) {
        if (!visit(now->first, now->second)) return;
        ++now;
        continue;
      }
      if (now != map_.end() && !map_.key_comp()(then->first, now->first)) ++now;  // the same key: its old value counts
      if (then->second.front() && !visit(then->first, *then->second.front())) return;
      ++then;
    }
  }

  // Changes that follow belong to `event`; numbers never go down. Those of event 0 are committed at once.
  void begin_event(EventNumber event) {
    MR_ASSERT(undo_.empty() || undo_.back().event <= event);
    event_ = event;
  }
  void put(const Key& key, Value value) {
    auto found = map_.find(key);
    if (found == map_.end()) {
      remember(key, std::nullopt);
      map_.emplace(key, std::move(value));
    } else {
      remember(key, std::move(found->second));
      found->second = std::move(value);
    }
  }
  template <typename K>
  void erase(const K& key) {
    auto found = map_.find(key);
    if (found == map_.end()) return;
    remember(found->first, std::move(found->second));
    map_.erase(found);
  }

  void commit(EventNumber upto) {
    while (!undo_.empty() && undo_.front().event <= upto) {
      auto changed = before_.find(undo_.front().key);
      MR_ASSERT(changed != before_.end());
      changed->second.erase(changed->second.begin());
      if (changed->second.empty()) before_.erase(changed);
      undo_.pop_front();
    }
  }
  void revert(EventNumber keep) {
    while (!undo_.empty() && undo_.back().event > keep) {
      const Key& key = undo_.back().key;
      auto changed = before_.find(key);
      MR_ASSERT(changed != before_.end());
      if (std::optional<Value>& before = changed->second.back()) {
        map_.insert_or_assign(key, std::move(*before));
      } else {
        map_.erase(key);
      }
      changed->second.pop_back();
      if (changed->second.empty()) before_.erase(changed);
      undo_.pop_back();
    }
  }
  void clear() {
    map_.clear();
    before_.clear();
    undo_.clear();
  }

 private:
  struct Undo {
    EventNumber event;
    Key key;
  };

  void remember(const Key& key, std::optional<Value> before) {
    if (event_ == 0) return;
    before_[key].push_back(std::move(before));
    undo_.push_back({event_, key});
  }

  Map map_;
  // Of keys with uncommitted changes: the value before each of these, oldest first. The front is the committed one.
  std::map<Key, std::vector<std::optional<Value>>, Compare> before_;
  std::deque<Undo> undo_;  // uncommitted changes of all keys, oldest first
  EventNumber event_ = 0;
};

}  // namespace millrace::coordinator
