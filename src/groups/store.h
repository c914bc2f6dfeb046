#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/state_machine.h"
#include "coordinator/timeline_map.h"
#include "groups/stored.h"
#include "ports/logger.h"

namespace millrace::groups {

// What one partition of __consumer_offsets says: groups and offsets, in the newest and in the committed view. Changed
// by replaying records and in no other way.
class Store final : public coordinator::StateMachine {
 public:
  using Kinds = coordinator::TimelineMap<std::string, GroupKind>;
  using Groups = coordinator::TimelineMap<std::string, StoredGroup>;
  using Modern = coordinator::TimelineMap<ModernKey, Buffer>;
  using Offsets = coordinator::TimelineMap<OffsetKey, StoredOffset, OffsetKeyLess>;
  using Pending = coordinator::TimelineMap<PendingKey, StoredOffset, PendingKeyLess>;

  explicit Store(ports::Logger& logger) : logger_(logger) {}

  // Every group there is. One that had nothing but offsets stays until it is removed, even without any.
  const Kinds& kinds() const { return kinds_; }
  // The records of classic groups.
  const Groups& groups() const { return groups_; }
  // The records of groups of the newer protocols, as bytes, in order of group and type.
  const Modern& modern() const { return modern_; }
  const Offsets& offsets() const { return offsets_; }
  const Pending& pending() const { return pending_; }
  bool has(std::string_view group) const { return kinds_.find(group) != nullptr; }
  // Whether a transaction that has not ended commits this offset, or any of the group.
  bool is_pending(const OffsetKeyView& key) const;
  bool has_pending(std::string_view group) const;
  // Calls visit(key, offset) for the group's offsets, newest view.
  template <typename Visit>
  void each_offset(std::string_view group, Visit visit) const {
    auto at = offsets_.newest().lower_bound(OffsetKeyView{group, "", INT32_MIN});
    for (; at != offsets_.newest().end() && at->first.group == group; ++at) visit(at->first, at->second);
  }

  // What has to be written so that nothing of the group is left.
  std::vector<coordinator::Record> removal(std::string_view group) const;
  // The same of a newer protocol's group without its offsets: another kind of group takes its place.
  std::vector<coordinator::Record> modern_removal(std::string_view group) const;

  void begin_event(coordinator::EventNumber event) override;
  void replay(const coordinator::RecordView& record, ProducerId transaction) override;
  void end_transaction(ProducerId producer, bool committed) override;
  void commit(coordinator::EventNumber upto) override;
  void revert(coordinator::EventNumber keep) override;

 private:
  void replay_group(const std::string& group, std::optional<StoredGroup> value);
  void replay_offset(const OffsetKey& key, std::optional<StoredOffset> value, ProducerId transaction);
  void replay_modern(const ModernKey& key, GroupKind kind, bool is_group, std::optional<Buffer> value);

  ports::Logger& logger_;
  Kinds kinds_;
  Groups groups_;
  Modern modern_;
  Offsets offsets_;
  Pending pending_;  // offsets in open transactions
  std::uint64_t position_ = 0;
  std::set<std::int16_t> skipped_types_;  // reported once each
};

}  // namespace millrace::groups
