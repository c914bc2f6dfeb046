#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groups/classic/decision.h"
#include "groups/classic/group.h"

// Everything that can happen to a classic group, one file per kind. All are pure: the same group and input give the
// same decision.
namespace millrace::groups::classic {

struct JoinInput {
  std::string member_id;  // "": it has none yet
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  Millis session_timeout;
  Millis rebalance_timeout;
  std::string protocol_type;
  std::vector<Protocol> protocols;
  std::string fresh_id;            // for the member if it needs an id
  bool returns_with_id = false;    // version 4+: a member is told its id first and joins with it (KIP-394)
  bool may_skip_assignment = false;  // version 9+ (KIP-814)
};
struct JoinDecision : Decision {
  std::optional<JoinAnswer> answer;  // nothing: the request waits
  std::string waits_as;              // the member that it waits for
};
// `is_new`: the group came into being for this request, and is recorded even if nothing else is.
JoinDecision join(const ClassicGroup& group, bool is_new, const JoinInput& input, const Context& context);

struct SyncInput {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::int32_t generation = -1;
  std::optional<std::string> protocol_type;  // compared if both sides have one
  std::optional<std::string> protocol;
  std::map<std::string, Buffer> assignments;  // from the leader
};
struct SyncDecision : Decision {
  std::optional<SyncAnswer> answer;  // nothing: the request waits, for its member
};
SyncDecision sync(const ClassicGroup& group, const SyncInput& input, const Context& context);
// The leader's assignment is committed, or could not be written.
Decision assignment_stored(const ClassicGroup& group, const AssignmentWritten& written, const Context& context);
Decision assignment_lost(const ClassicGroup& group, const AssignmentWritten& written, Errc error,
                         const Context& context);

struct HeartbeatDecision : Decision {
  Errc answer = Errc::none;
};
HeartbeatDecision heartbeat(const ClassicGroup& group, std::string_view member_id,
                            const std::optional<std::string_view>& instance_id, std::int32_t generation);

struct Leaving {
  std::string member_id;  // "": whoever holds the instance id
  std::optional<std::string> instance_id;
};
struct LeaveDecision : Decision {
  std::vector<Errc> answers;  // one per member of the request
};
LeaveDecision leave(const ClassicGroup& group, const std::vector<Leaving>& members, const Context& context);

// The session timer of a member (or of an id that was given out) has ended.
Decision session_expired(const ClassicGroup& group, const std::string& member_id, const Context& context);
// The join timer has ended, `initial` if it was that of the group's first rebalance.
Decision join_expired(const ClassicGroup& group, const std::optional<InitialDelay>& initial, const Context& context);
// The sync timer of `generation` has ended.
Decision sync_expired(const ClassicGroup& group, std::int32_t generation, const Context& context);

// A static member that came back under a new id could not be recorded: it gets its old id and protocols again.
Decision static_member_lost(const ClassicGroup& group, const StaticMemberWritten& written, const Context& context);
// The group was read from the log: its members must be heard of within their session timeouts.
Decision loaded(const ClassicGroup& group, const Context& context);

// UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID if this is not a member, or not the one that holds the instance id now.
Errc validate_member(const ClassicGroup& group, std::string_view member_id,
                     const std::optional<std::string_view>& instance_id);

}  // namespace millrace::groups::classic
