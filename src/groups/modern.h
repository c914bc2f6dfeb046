#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/store.h"
#include "protocol/errc.h"

// Groups of the newer protocols (KIP-848, KIP-932, KIP-1071) as their records describe them. This server runs none of
// these protocols: what is here is read, shown, and removed when asked, and otherwise stays as it is.
namespace millrace::groups {

using protocol::Errc;

struct ModernMember {
  std::int32_t epoch = 0;
  bool reconciled = true;       // has all that the newest assignment gives it
  bool speaks_classic = false;  // a client of the classic protocol in a consumer group
};

struct ModernGroup {
  GroupKind kind = GroupKind::consumer;
  std::int32_t epoch = 0;
  std::int32_t assignment_epoch = 0;
  bool has_topology = false;  // streams
  std::map<std::string, ModernMember, std::less<>> members;

  // As ListGroups says it: "Empty", "Assigning", "Reconciling", "Stable", "NotReady".
  std::string_view state() const;
  std::string_view protocol_type() const;
};

// Precondition: the group is of a newer protocol in that view.
ModernGroup read_modern(const Store& store, std::string_view group, GroupKind kind, bool committed);

// The topics that members of a consumer or streams group read, by name or by what their regular expressions gave.
std::set<std::string, std::less<>> modern_subscriptions(const Store& store, std::string_view group);

// Whether a member may commit offsets, or a stranger while there are no members. `version`: of OffsetCommit; members
// that speak the newer protocol use 9 or later.
Errc validate_modern_commit(const ModernGroup& group, std::string_view member_id, std::int32_t epoch,
                            std::int16_t version);
// Whether a member may read offsets; one that does not say who it is may.
Errc validate_modern_fetch(const ModernGroup& group, const std::optional<std::string>& member_id, std::int32_t epoch);

}  // namespace millrace::groups
