#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "coordinator/record.h"
#include "groups/classic/group.h"
#include "groups/settings.h"
#include "protocol/errc.h"

namespace millrace::groups::classic {

using protocol::Errc;

// What a decision may look at besides the group.
struct Context {
  const GroupSettings& settings;
  WallTime now;
};

struct JoinedMember {
  std::string id;
  std::optional<std::string> instance_id;
  Buffer metadata;
};
struct JoinAnswer {
  Errc error = Errc::none;
  std::string member_id;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  std::string leader;
  bool skip_assignment = false;
  std::vector<JoinedMember> members;  // for the leader
};
struct SyncAnswer {
  Errc error = Errc::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  Buffer assignment;
};

// How long the first rebalance of a group may still be put off for more members: `step` at a time.
struct InitialDelay {
  Millis step;
  Millis remaining;
};

// A timer of the group. Setting one again replaces it.
enum class TimerKind : std::uint8_t {
  session,  // of a member: it must be heard of before
  join,     // of the group: the rebalance ends with whoever has joined
  sync,     // of the group: every member must have asked for its assignment
};
struct TimerOrder {
  TimerKind kind;
  std::string member;              // session
  std::optional<Millis> delay;     // nothing: stop it
  std::optional<InitialDelay> initial;  // join
  std::int32_t generation = -1;    // sync
};

// What follows when the records of a decision are committed or lost.
struct AssignmentWritten {
  std::int32_t generation;
  std::map<std::string, Buffer> assignments;  // of every member
};
struct StaticMemberWritten {
  std::string new_id;
  Member before;  // as it was under its old id
};
struct GroupWritten {};  // the first record of a new group
using Followup = std::variant<std::monostate, AssignmentWritten, StaticMemberWritten, GroupWritten>;

// What a transition wants. It has changed nothing: whoever runs it puts `next` in the group's place, sets the timers,
// appends the records, and sends the answers when they are committed (at once if there are none). If the records are
// lost, the answers become errors.
struct Decision {
  std::optional<ClassicGroup> next;  // nothing: the group stays as it is
  std::vector<coordinator::Record> records;
  std::vector<std::pair<std::string, JoinAnswer>> joins;  // to the JoinGroup that waits for this member
  std::vector<std::pair<std::string, SyncAnswer>> syncs;  // to its SyncGroup
  std::vector<TimerOrder> timers;
  Followup followup;
};

}  // namespace millrace::groups::classic
