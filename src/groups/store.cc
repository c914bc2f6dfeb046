#include "groups/store.h"

#include <iterator>
#include <utility>

#include "groups/records.h"

namespace millrace::groups {

namespace {

// The least key that a group can have.
OffsetKeyView first_of(std::string_view group) { return {group, "", INT32_MIN}; }

}  // namespace

bool Store::is_pending(const OffsetKeyView& key) const {
  const auto at = pending_.newest().lower_bound(PendingKeyView{key, ProducerId(INT64_MIN)});
  return at != pending_.newest().end() && OffsetKeyLess::parts(at->first.of) == OffsetKeyLess::parts(key);
}

bool Store::has_pending(std::string_view group) const {
  const auto at = pending_.newest().lower_bound(PendingKeyView{first_of(group), ProducerId(INT64_MIN)});
  return at != pending_.newest().end() && at->first.of.group == group;
}

std::vector<coordinator::Record> Store::removal(std::string_view group) const {
  std::vector<coordinator::Record> records;
  each_offset(group, [&](const OffsetKey& key, const StoredOffset&) { records.push_back(offset_tombstone(key)); });
  auto pending = pending_.newest().lower_bound(PendingKeyView{first_of(group), ProducerId(INT64_MIN)});
  for (; pending != pending_.newest().end() && pending->first.of.group == group; ++pending) {
    const OffsetKey& key = pending->first.of;
    if (offsets_.find(key) == nullptr) records.push_back(offset_tombstone(key));
  }
  const GroupKind* kind = kinds_.find(group);
  if (kind == nullptr) return records;
  if (*kind == GroupKind::classic) {
    records.push_back(group_tombstone(group));
    return records;
  }
  std::vector<coordinator::Record> own = modern_removal(group);
  records.insert(records.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  return records;
}

// Newest type first: the record that the group lives with comes after what belongs to it.
std::vector<coordinator::Record> Store::modern_removal(std::string_view group) const {
  std::vector<coordinator::Record> own;
  auto at = modern_.newest().lower_bound(ModernKey{std::string(group), ""});
  for (; at != modern_.newest().end() && at->first.group == group; ++at) own.push_back(modern_tombstone(at->first));
  return {std::make_move_iterator(own.rbegin()), std::make_move_iterator(own.rend())};
}

void Store::begin_event(coordinator::EventNumber event) {
  kinds_.begin_event(event);
  groups_.begin_event(event);
  modern_.begin_event(event);
  offsets_.begin_event(event);
  pending_.begin_event(event);
}

void Store::replay(const coordinator::RecordView& record, ProducerId transaction) {
  ++position_;
  Result<Entry> entry = parse_record(record);
  if (!entry.ok()) {
    logger_.warning(std::string("a record of __consumer_offsets cannot be read (") + to_string(entry.error()) +
                    ") and is skipped");
    return;
  }
  if (auto* group = std::get_if<GroupEntry>(&*entry)) {
    replay_group(group->group, std::move(group->value));
  } else if (auto* offset = std::get_if<OffsetEntry>(&*entry)) {
    replay_offset(offset->key, std::move(offset->value), transaction);
  } else if (auto* modern = std::get_if<ModernEntry>(&*entry)) {
    replay_modern(modern->key, modern->kind, modern->is_group, std::move(modern->value));
  } else if (const std::int16_t type = std::get<OtherEntry>(*entry).type; skipped_types_.insert(type).second) {
    logger_.warning("__consumer_offsets has records of type " + std::to_string(type) +
                    ", which this server does not know: they are kept and skipped");
  }
}

void Store::replay_group(const std::string& group, std::optional<StoredGroup> value) {
  if (value) {
    kinds_.put(group, GroupKind::classic);
    groups_.put(group, std::move(*value));
    return;
  }
  groups_.erase(group);
  const GroupKind* kind = kinds_.find(group);
  if (kind != nullptr && *kind == GroupKind::classic) kinds_.erase(group);
}

void Store::replay_offset(const OffsetKey& key, std::optional<StoredOffset> value, ProducerId transaction) {
  if (!value) {
    // Gone for good: also what a transaction has said about it before.
    offsets_.erase(key);
    const OffsetKeyView of{key.group, key.topic, key.partition};
    while (is_pending(of)) {
      pending_.erase(PendingKey(pending_.newest().lower_bound(PendingKeyView{of, ProducerId(INT64_MIN)})->first));
    }
    return;
  }
  if (!has(key.group)) kinds_.put(key.group, GroupKind::classic);
  value->position = position_;
  if (transaction != kNoProducer) {
    pending_.put({key, transaction}, std::move(*value));
  } else {
    offsets_.put(key, std::move(*value));
  }
}

void Store::replay_modern(const ModernKey& key, GroupKind kind, bool is_group, std::optional<Buffer> value) {
  if (value) {
    modern_.put(key, std::move(*value));
    kinds_.put(key.group, kind);
    return;
  }
  modern_.erase(key);
  const GroupKind* now = kinds_.find(key.group);
  if (is_group && now != nullptr && *now == kind) kinds_.erase(key.group);
}

void Store::end_transaction(ProducerId producer, bool committed) {
  ++position_;
  std::vector<PendingKey> ended;
  for (const auto& [key, offset] : pending_.newest()) {
    if (key.producer == producer) ended.push_back(key);
  }
  for (const PendingKey& key : ended) {
    const StoredOffset& offset = *pending_.find(key);
    const StoredOffset* other = offsets_.find(key.of);
    // The later of two commits counts, whenever the transaction ends.
    if (committed && (other == nullptr || other->position < offset.position)) offsets_.put(key.of, offset);
    pending_.erase(key);
  }
}

void Store::commit(coordinator::EventNumber upto) {
  kinds_.commit(upto);
  groups_.commit(upto);
  modern_.commit(upto);
  offsets_.commit(upto);
  pending_.commit(upto);
}

void Store::revert(coordinator::EventNumber keep) {
  kinds_.revert(keep);
  groups_.revert(keep);
  modern_.revert(keep);
  offsets_.revert(keep);
  pending_.revert(keep);
}

}  // namespace millrace::groups
