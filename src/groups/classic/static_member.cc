#include "groups/classic/static_member.h"

#include <utility>

#include "base/assert.h"
#include "groups/classic/draft.h"

namespace millrace::groups::classic {

namespace {

// Gives the member another id; requests that wait under the old one are fenced.
void rename(Draft& draft, const std::string& old_id, const std::string& new_id) {
  ClassicGroup& group = draft.group;
  Member member = *group.member(old_id);
  const bool led = group.is_leader(old_id);
  draft.remove(old_id, Errc::fenced_instance_id);
  if (!draft.decision.joins.empty()) draft.decision.joins.back().second.member_id = old_id;
  member.id = new_id;
  member.awaiting_sync = false;
  const bool owes_sync = std::exchange(member.owes_sync, false);
  draft.add_waiting(std::move(member));
  draft.set_owes_sync(new_id, owes_sync);
  if (led) group.leader = new_id;
}

}  // namespace

JoinDecision replace_static_member(const ClassicGroup& group, const JoinInput& input, const Context& context) {
  const std::string old_id = *group.member_of(*input.instance_id);
  const std::string& new_id = input.fresh_id;
  const std::string old_leader = group.leader.value_or("");
  Draft draft(group, context);
  const Member before = *group.member(old_id);
  rename(draft, old_id, new_id);
  Member& member = draft.edit(new_id);
  member.protocols = input.protocols;
  member.rebalance_timeout = input.rebalance_timeout;
  member.session_timeout = input.session_timeout;
  draft.start_session(member);

  if (group.phase == Phase::stable && draft.group.select_protocol() == group.protocol) {
    JoinAnswer answer = draft.joined(new_id);
    if (input.may_skip_assignment) {
      answer.skip_assignment = draft.group.is_leader(new_id);
    } else {
      // A client that cannot skip the assignment must not believe that it leads: the group would not take one.
      answer.leader = old_leader;
      answer.members.clear();
    }
    draft.answer_join(new_id, std::move(answer));
    draft.record(nullptr);
    draft.decision.followup = StaticMemberWritten{new_id, before};
  } else if (group.phase == Phase::preparing) {
    draft.complete_if_all_joined();
  } else {
    // In the completing phase the leader may already know the old id: it would assign to nobody.
    draft.prepare_rebalance();
  }
  return JoinDecision{draft.finish(), std::nullopt, new_id};
}

Decision static_member_lost(const ClassicGroup& group, const StaticMemberWritten& written, const Context& context) {
  const std::string* holder = group.member_of(*written.before.instance_id);
  if (holder == nullptr || *holder != written.new_id) return {};
  Draft draft(group, context);
  const bool led = group.is_leader(written.new_id);
  draft.remove(written.new_id, Errc::coordinator_not_available);
  Member member = written.before;
  member.awaiting_join = false;
  member.awaiting_sync = false;
  const bool owes_sync = std::exchange(member.owes_sync, false);
  draft.add_waiting(member);
  draft.set_owes_sync(member.id, owes_sync && group.phase != Phase::preparing);
  draft.set_awaiting_join(member.id, false);
  if (led) draft.group.leader = member.id;
  draft.start_session(member);
  return draft.finish();
}

}  // namespace millrace::groups::classic
