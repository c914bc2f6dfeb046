#include "groups/store.h"

#include <algorithm>
#include <utility>

#include "groups/records.h"

namespace millrace::groups {

namespace {

// The least key that a group can have.
OffsetKeyView first_of(std::string_view group) { return {group, "", INT32_MIN}; }

}  // namespace

bool Store::has(std::string_view group) const {
  if (groups_.find(group) != nullptr) return true;
  const auto at = offsets_.newest().lower_bound(first_of(group));
  return at != offsets_.newest().end() && at->first.group == group;
}

bool Store::has_committed(std::string_view group) const {
  if (groups_.find_committed(group) != nullptr) return true;
  bool found = false;
  offsets_.scan_committed(first_of(group), [&](const OffsetKey& key, const StoredOffset&) {
    found = key.group == group;
    return false;
  });
  return found;
}

bool Store::is_pending(const OffsetKeyView& key) const {
  for (const auto& [producer, offsets] : pending_) {
    for (const Pending& offset : offsets) {
      if (OffsetKeyLess::parts(offset.key) == OffsetKeyLess::parts(key)) return true;
    }
  }
  return false;
}

void Store::begin_event(coordinator::EventNumber event) {
  groups_.begin_event(event);
  offsets_.begin_event(event);
}

void Store::replay(const coordinator::RecordView& record, ProducerId transaction) {
  Result<Entry> entry = parse_record(record);
  if (!entry.ok()) {
    logger_.warning(std::string("a record of __consumer_offsets cannot be read (") + to_string(entry.error()) +
                    ") and is skipped");
    return;
  }
  if (const auto* group = std::get_if<GroupEntry>(&*entry)) {
    if (group->value) {
      groups_.put(group->group, *group->value);
    } else {
      groups_.erase(group->group);
    }
  } else if (auto* offset = std::get_if<OffsetEntry>(&*entry)) {
    if (transaction != kNoProducer) {
      if (offset->value) pending_[transaction].push_back({std::move(offset->key), std::move(*offset->value)});
    } else if (offset->value) {
      offsets_.put(offset->key, std::move(*offset->value));
    } else {
      offsets_.erase(offset->key);
    }
  } else if (const std::int16_t type = std::get<OtherEntry>(*entry).type; skipped_types_.insert(type).second) {
    logger_.warning("__consumer_offsets has records of type " + std::to_string(type) +
                    ", which this server does not act on: they are kept and skipped");
  }
}

void Store::end_transaction(ProducerId producer, bool committed) {
  const auto found = pending_.find(producer);
  if (found == pending_.end()) return;
  if (committed) {
    for (Pending& offset : found->second) offsets_.put(offset.key, std::move(offset.value));
  }
  pending_.erase(found);
}

void Store::commit(coordinator::EventNumber upto) {
  groups_.commit(upto);
  offsets_.commit(upto);
}

void Store::revert(coordinator::EventNumber keep) {
  groups_.revert(keep);
  offsets_.revert(keep);
}

}  // namespace millrace::groups
