#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "groups/stored.h"

namespace millrace::groups::classic {

// Where a group is in its life; a group that is gone has no phase.
enum class Phase : std::uint8_t {
  empty,       // no members; there may be offsets
  preparing,   // members join (PreparingRebalance)
  completing,  // the leader works out the assignment (CompletingRebalance)
  stable,
};
const char* to_string(Phase phase) noexcept;

// One way of dividing partitions that a member knows, and what it says about itself for it.
struct Protocol {
  std::string name;
  Buffer metadata;
};

struct Member {
  std::string id;
  std::optional<std::string> instance_id;  // static membership (KIP-345)
  std::string client_id;
  std::string client_host;
  Millis rebalance_timeout;
  Millis session_timeout;
  std::vector<Protocol> protocols;  // by preference
  Buffer assignment;
  bool is_new = false;         // its first join has not been answered
  bool awaiting_join = false;  // its JoinGroup waits for an answer
  bool awaiting_sync = false;  // its SyncGroup does
  bool owes_sync = false;      // it has not asked for its assignment in this generation

  // What it says for this protocol; empty if it does not know it.
  Bytes metadata_for(std::string_view protocol) const;
  bool knows(std::string_view protocol) const;
  // Whether these are its protocols: names, order and metadata.
  bool same_protocols(const std::vector<Protocol>& others) const;
};
using MemberPtr = std::shared_ptr<const Member>;

// A classic group as this coordinator sees it now. A value: transitions read one and return the next one (decision.h).
// It is not what is stored: members that join, wait or have only been given an id exist here alone, and a restart
// forgets them. What was stored last is StoredGroup, from which a group begins again.
struct ClassicGroup {
  std::string id;
  Phase phase = Phase::empty;
  Phase previous = Phase::empty;
  WallTime phase_since = kNoTime;
  std::int32_t generation = 0;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  std::vector<MemberPtr> members;                       // in order of id
  std::map<std::string, std::string> static_members;    // instance id -> member id
  std::set<std::string, std::less<>> pending_joins;     // ids given out, to come back with (KIP-394)
  std::size_t awaiting_joins = 0;                       // members whose JoinGroup waits
  std::size_t owed_syncs = 0;                           // members that owe a SyncGroup
  bool member_added = false;                            // since the initial delay was last extended

  // The group that a record describes: stable if it has members.
  static ClassicGroup from(const std::string& id, const StoredGroup& stored);

  const Member* member(std::string_view member_id) const;
  bool is_leader(std::string_view member_id) const { return leader && *leader == member_id; }
  // The member that holds an instance id now; null if none does.
  const std::string* member_of(std::string_view instance_id) const;
  bool all_joined() const { return awaiting_joins == members.size() && pending_joins.empty(); }
  // The longest of the members' rebalance timeouts.
  Millis rebalance_timeout() const;
  // Whether a member with these protocols could be in the group: one of them is known to all.
  bool supports(std::string_view type, const std::vector<Protocol>& protocols) const;
  // The protocol for the next generation: every member votes for its first one that all know. A tie goes to the name
  // that comes first in a Java HashMap, as it does in Kafka. Precondition: there are members.
  std::string select_protocol() const;

  // The group's record, with these assignments instead of the members' own if given.
  StoredGroup stored(const std::map<std::string, Buffer>* assignments) const;
};

}  // namespace millrace::groups::classic
