#include <utility>

#include "groups/classic/draft.h"
#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

namespace {

bool differ(const std::optional<std::string>& said, const std::optional<std::string>& known) {
  return said && known && *said != *known;
}

Errc check(const ClassicGroup& group, const SyncInput& input) {
  const Errc invalid = validate_member(group, input.member_id, input.instance_id);
  if (invalid != Errc::none) return invalid;
  if (input.generation != group.generation) return Errc::illegal_generation;
  if (differ(input.protocol_type, group.protocol_type) || differ(input.protocol, group.protocol)) {
    return Errc::inconsistent_group_protocol;
  }
  if (group.phase == Phase::empty) return Errc::unknown_member_id;
  if (group.phase == Phase::preparing) return Errc::rebalance_in_progress;
  return Errc::none;
}

SyncAnswer share_of(const ClassicGroup& group, const Member& member) {
  SyncAnswer answer;
  answer.protocol_type = group.protocol_type;
  answer.protocol = group.protocol;
  answer.assignment = member.assignment;
  return answer;
}

// The leader's word for every member; those that it forgot get nothing.
std::map<std::string, Buffer> complete_assignments(const ClassicGroup& group, const SyncInput& input) {
  std::map<std::string, Buffer> assignments;
  for (const MemberPtr& member : group.members) {
    const auto given = input.assignments.find(member->id);
    assignments[member->id] = given == input.assignments.end() ? Buffer() : given->second;
  }
  return assignments;
}

void has_synced(Draft& draft, const std::string& member_id) {
  draft.set_owes_sync(member_id, false);
  if (draft.group.owed_syncs == 0) draft.stop_sync_timer();
}

}  // namespace

SyncDecision sync(const ClassicGroup& group, const SyncInput& input, const Context& context) {
  const Errc error = check(group, input);
  if (error != Errc::none) {
    SyncDecision refused;
    refused.answer.emplace().error = error;
    return refused;
  }
  Draft draft(group, context);
  has_synced(draft, input.member_id);
  if (group.phase == Phase::stable) {
    SyncDecision decision{draft.finish(), share_of(group, *group.member(input.member_id))};
    return decision;
  }
  draft.edit(input.member_id).awaiting_sync = true;
  if (group.is_leader(input.member_id)) {
    const std::map<std::string, Buffer> assignments = complete_assignments(group, input);
    draft.record(&assignments);
    draft.decision.followup = AssignmentWritten{group.generation, assignments};
  }
  return SyncDecision{draft.finish(), std::nullopt};
}

Decision assignment_stored(const ClassicGroup& group, const AssignmentWritten& written, const Context& context) {
  // 1 the leader syncs   2 a member joins, and a new rebalance begins   3 the assignment of 1 is committed: too late.
  if (group.phase != Phase::completing || group.generation != written.generation) return {};
  Draft draft(group, context);
  for (const auto& [id, assignment] : written.assignments) {
    if (group.member(id) != nullptr) draft.edit(id).assignment = assignment;
  }
  draft.enter(Phase::stable);
  for (const MemberPtr& known : group.members) {
    const Member& member = *draft.group.member(known->id);
    // A session that ended while the member waited was not counted, so it begins anew.
    if (draft.answer_sync(known->id, share_of(draft.group, member))) draft.start_session(*known);
  }
  return draft.finish();
}

Decision assignment_lost(const ClassicGroup& group, const AssignmentWritten& written, Errc error,
                         const Context& context) {
  if (group.phase != Phase::completing || group.generation != written.generation) return {};
  Draft draft(group, context);
  draft.drop_assignments(error);
  draft.prepare_rebalance();
  return draft.finish();
}

}  // namespace millrace::groups::classic
