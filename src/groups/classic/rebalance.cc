#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "groups/classic/draft.h"
#include "groups/classic/transitions.h"

// A rebalance: members join, the leader among them divides the partitions, everybody fetches its share.
namespace millrace::groups::classic {

namespace {

// Whether the leader has joined, or another one could be chosen among those that have.
bool settle_leader(ClassicGroup& group) {
  if (!group.leader) return false;
  const Member* leader = group.member(*group.leader);
  if (leader != nullptr && leader->awaiting_join) return true;
  const auto joined = std::find_if(group.members.begin(), group.members.end(),
                                   [](const MemberPtr& member) { return member->awaiting_join; });
  if (joined == group.members.end()) return false;
  group.leader = (*joined)->id;
  return true;
}

void remove_absent_dynamic_members(Draft& draft) {
  std::vector<std::string> absent;
  for (const MemberPtr& member : draft.group.members) {
    if (!member->awaiting_join && !member->instance_id) absent.push_back(member->id);
  }
  for (const std::string& member : absent) draft.remove(member, Errc::unknown_member_id);
}

void begin_generation(Draft& draft) {
  for (std::size_t i = 0; i < draft.group.members.size(); ++i) {
    const std::string id = draft.group.members[i]->id;
    draft.answer_join(id, draft.joined(id));
    draft.edit(id).is_new = false;
    draft.start_session(*draft.group.member(id));
    draft.set_owes_sync(id, true);
  }
  draft.start_sync_timer();
}

}  // namespace

void Draft::rebalance_or_complete() {
  if (group.phase == Phase::preparing) {
    complete_if_all_joined();
  } else {
    prepare_rebalance();
  }
}

void Draft::prepare_rebalance() {
  MR_ASSERT(group.phase != Phase::preparing);
  if (group.phase == Phase::completing) drop_assignments(Errc::rebalance_in_progress);
  stop_sync_timer();
  const bool first = group.phase == Phase::empty;
  enter(Phase::preparing);
  if (first) {
    // Members of a new group start one after the other: they are given time to come, so that the first generation is
    // not followed by one for each of them.
    const Millis step = context_.settings.initial_rebalance_delay;
    group.member_added = false;
    start_join_timer(step, InitialDelay{step, std::max(group.rebalance_timeout() - step.value(), Millis(0))});
  } else if (group.all_joined()) {
    complete_join();
  } else {
    start_join_timer(group.rebalance_timeout());
  }
}

void Draft::complete_if_all_joined() {
  if (group.phase != Phase::preparing || group.previous == Phase::empty) return;
  if (group.all_joined()) complete_join();
}

void Draft::complete_join() {
  MR_ASSERT(group.phase == Phase::preparing);
  stop_join_timer();
  remove_absent_dynamic_members(*this);
  if (!settle_leader(group) && !group.members.empty()) {
    // Only static members are left and none has come back yet: their sessions decide.
    start_join_timer(group.rebalance_timeout());
    return;
  }
  ++group.generation;
  if (group.members.empty()) {
    group.protocol = std::nullopt;
    enter(Phase::empty);
    record(nullptr);
    return;
  }
  group.protocol = group.select_protocol();
  enter(Phase::completing);
  begin_generation(*this);
}

void Draft::drop_assignments(Errc error) {
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    const std::string id = group.members[i]->id;
    if (!group.members[i]->assignment.empty()) edit(id).assignment = Buffer();
    SyncAnswer refused;
    refused.error = error;
    if (answer_sync(id, std::move(refused))) start_session(*group.member(id));
  }
}

Decision join_expired(const ClassicGroup& group, const std::optional<InitialDelay>& initial, const Context& context) {
  if (group.phase != Phase::preparing) return {};
  Draft draft(group, context);
  if (initial && group.member_added && initial->remaining > Millis(0)) {
    draft.group.member_added = false;
    const Millis step = std::min(context.settings.initial_rebalance_delay, initial->remaining);
    draft.start_join_timer(step, InitialDelay{step, std::max(initial->remaining - initial->step.value(), Millis(0))});
  } else {
    draft.complete_join();
  }
  return draft.finish();
}

}  // namespace millrace::groups::classic
