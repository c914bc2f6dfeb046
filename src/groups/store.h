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
  using Groups = coordinator::TimelineMap<std::string, StoredGroup>;
  using Offsets = coordinator::TimelineMap<OffsetKey, StoredOffset, OffsetKeyLess>;

  explicit Store(ports::Logger& logger) : logger_(logger) {}

  const Groups& groups() const { return groups_; }
  const Offsets& offsets() const { return offsets_; }
  // Whether there is anything of this group, committed or not: a group may have nothing but offsets.
  bool has(std::string_view group) const;
  bool has_committed(std::string_view group) const;
  // Whether a transaction that has not ended commits this offset.
  bool is_pending(const OffsetKeyView& key) const;

  void begin_event(coordinator::EventNumber event) override;
  void replay(const coordinator::RecordView& record, ProducerId transaction) override;
  void end_transaction(ProducerId producer, bool committed) override;
  void commit(coordinator::EventNumber upto) override;
  void revert(coordinator::EventNumber keep) override;

 private:
  struct Pending {
    OffsetKey key;
    StoredOffset value;
  };

  ports::Logger& logger_;
  Groups groups_;
  Offsets offsets_;
  std::map<ProducerId, std::vector<Pending>> pending_;  // offsets in open transactions, in order
  std::set<std::int16_t> skipped_types_;                // reported once each
};

}  // namespace millrace::groups
