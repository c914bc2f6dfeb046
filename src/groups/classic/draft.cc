#include "groups/classic/draft.h"

#include <algorithm>

#include "base/assert.h"
#include "groups/records.h"

namespace millrace::groups::classic {

namespace {

auto position(std::vector<MemberPtr>& members, std::string_view id) {
  return std::lower_bound(members.begin(), members.end(), id,
                          [](const MemberPtr& member, std::string_view wanted) { return member->id < wanted; });
}

}  // namespace

void Draft::enter(Phase phase) {
  group.previous = group.phase;
  group.phase = phase;
  group.phase_since = context_.now;
}

Member& Draft::edit(std::string_view member_id) {
  const auto at = position(group.members, member_id);
  MR_ASSERT(at != group.members.end() && (*at)->id == member_id);
  auto copy = std::make_shared<Member>(**at);
  Member& member = *copy;
  *at = std::move(copy);
  return member;
}

void Draft::add_waiting(Member member) {
  MR_ASSERT(group.member(member.id) == nullptr);
  member.awaiting_join = true;
  ++group.awaiting_joins;
  group.pending_joins.erase(member.id);
  if (member.instance_id) group.static_members[*member.instance_id] = member.id;
  if (!group.leader) group.leader = member.id;
  auto added = std::make_shared<const Member>(std::move(member));
  group.members.insert(position(group.members, added->id), added);
}

void Draft::set_awaiting_join(std::string_view member_id, bool waits) {
  if (group.member(member_id)->awaiting_join == waits) return;
  edit(member_id).awaiting_join = waits;
  group.awaiting_joins += waits ? 1 : std::size_t(-1);
}

void Draft::set_owes_sync(std::string_view member_id, bool owes) {
  if (group.member(member_id)->owes_sync == owes) return;
  edit(member_id).owes_sync = owes;
  group.owed_syncs += owes ? 1 : std::size_t(-1);
}

void Draft::remove(std::string_view member_id, Errc error) {
  group.pending_joins.erase(std::string(member_id));
  stop_session(member_id);
  const Member* member = group.member(member_id);
  if (member == nullptr) return;
  JoinAnswer refused;
  refused.error = error;
  answer_join(member_id, std::move(refused));
  SyncAnswer unsynced;
  unsynced.error = error;
  answer_sync(member_id, std::move(unsynced));
  set_owes_sync(member_id, false);
  const auto at = position(group.members, member_id);
  if ((*at)->instance_id) {
    const auto held = group.static_members.find(*(*at)->instance_id);
    if (held != group.static_members.end() && held->second == member_id) group.static_members.erase(held);
  }
  const bool led = group.is_leader(member_id);
  group.members.erase(at);
  if (led) group.leader = group.members.empty() ? std::nullopt : std::optional(group.members.front()->id);
}

bool Draft::answer_join(std::string_view member_id, JoinAnswer answer) {
  if (!group.member(member_id)->awaiting_join) return false;
  set_awaiting_join(member_id, false);
  decision.joins.emplace_back(member_id, std::move(answer));
  return true;
}

bool Draft::answer_sync(std::string_view member_id, SyncAnswer answer) {
  if (!group.member(member_id)->awaiting_sync) return false;
  edit(member_id).awaiting_sync = false;
  decision.syncs.emplace_back(member_id, std::move(answer));
  return true;
}

void Draft::start_session(const std::string& member_id, Millis timeout) {
  decision.timers.push_back({TimerKind::session, member_id, timeout, std::nullopt, -1});
}

void Draft::stop_session(std::string_view member_id) {
  decision.timers.push_back({TimerKind::session, std::string(member_id), std::nullopt, std::nullopt, -1});
}

void Draft::start_join_timer(Millis delay, std::optional<InitialDelay> initial) {
  decision.timers.push_back({TimerKind::join, "", delay, initial, -1});
}

void Draft::stop_join_timer() { decision.timers.push_back({TimerKind::join, "", std::nullopt, std::nullopt, -1}); }

void Draft::start_sync_timer() {
  decision.timers.push_back({TimerKind::sync, "", group.rebalance_timeout(), std::nullopt, group.generation});
}

void Draft::stop_sync_timer() { decision.timers.push_back({TimerKind::sync, "", std::nullopt, std::nullopt, -1}); }

void Draft::record(const std::map<std::string, Buffer>* assignments) {
  decision.records.push_back(group_record(group.id, group.stored(assignments)));
}

JoinAnswer Draft::joined(std::string_view member_id) const {
  JoinAnswer answer;
  answer.member_id = member_id;
  answer.generation = group.generation;
  answer.protocol_type = group.protocol_type;
  answer.protocol = group.protocol;
  answer.leader = group.leader.value_or("");
  if (!group.is_leader(member_id)) return answer;
  for (const MemberPtr& member : group.members) {
    const Bytes metadata = group.protocol ? member->metadata_for(*group.protocol) : Bytes();
    answer.members.push_back({member->id, member->instance_id, Buffer::copy_of(metadata)});
  }
  return answer;
}

}  // namespace millrace::groups::classic
