#include <utility>

#include "base/assert.h"
#include "groups/classic/draft.h"
#include "groups/classic/static_member.h"
#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

namespace {

// A member that has never joined cannot send heartbeats, and its connection is not watched while its request waits. So
// it has this long, after which it must ask again.
constexpr Millis kNewMemberJoinTimeout{5 * 60 * 1000};

JoinDecision refuse(Errc error, std::string member_id) {
  JoinDecision decision;
  decision.answer.emplace();
  decision.answer->error = error;
  decision.answer->member_id = std::move(member_id);
  return decision;
}

JoinDecision waiting(Draft& draft, std::string member_id) {
  JoinDecision decision{draft.finish(), std::nullopt, std::move(member_id)};
  return decision;
}

// While members gather, only those that wait count: with the delay of the first rebalance, more may be known.
bool has_room(const ClassicGroup& group, const std::string& member_id, std::int32_t limit) {
  const auto most = static_cast<std::size_t>(limit);
  const Member* member = group.member(member_id);
  switch (group.phase) {
    case Phase::empty: return true;
    case Phase::preparing: return (member != nullptr && member->awaiting_join) || group.awaiting_joins < most;
    case Phase::completing:
    case Phase::stable: return member != nullptr || group.members.size() < most;
  }
  return false;
}

JoinDecision add_member(Draft& draft, const JoinInput& input, const std::string& member_id) {
  if (draft.group.members.empty()) draft.group.protocol_type = input.protocol_type;
  if (draft.group.phase == Phase::preparing && draft.group.previous == Phase::empty) draft.group.member_added = true;
  Member member;
  member.id = member_id;
  member.instance_id = input.instance_id;
  member.client_id = input.client_id;
  member.client_host = input.client_host;
  member.rebalance_timeout = input.rebalance_timeout;
  member.session_timeout = input.session_timeout;
  member.protocols = input.protocols;
  member.is_new = true;
  draft.add_waiting(std::move(member));
  draft.start_session(member_id, kNewMemberJoinTimeout);
  draft.rebalance_or_complete();
  return waiting(draft, member_id);
}

JoinDecision join_as_new(const ClassicGroup& group, const JoinInput& input, const Context& context) {
  if (!group.supports(input.protocol_type, input.protocols)) return refuse(Errc::inconsistent_group_protocol, "");
  Draft draft(group, context);
  if (input.instance_id) {
    if (group.member_of(*input.instance_id) != nullptr) return replace_static_member(group, input, context);
    return add_member(draft, input, input.fresh_id);
  }
  if (!input.returns_with_id) return add_member(draft, input, input.fresh_id);
  draft.group.pending_joins.insert(input.fresh_id);
  draft.start_session(input.fresh_id, input.session_timeout);
  JoinDecision decision{draft.finish(), std::nullopt, ""};
  decision.answer.emplace();
  decision.answer->error = Errc::member_id_required;
  decision.answer->member_id = input.fresh_id;
  return decision;
}

JoinDecision rejoin(const ClassicGroup& group, const JoinInput& input, const Context& context) {
  Draft draft(group, context);
  const Member* member = group.member(input.member_id);
  const bool unchanged = member->same_protocols(input.protocols);
  const bool asks_again = group.phase == Phase::completing && unchanged;  // the answer may have got lost
  const bool nothing_new = group.phase == Phase::stable && unchanged && !group.is_leader(input.member_id);
  if (asks_again || nothing_new) {
    JoinDecision decision;
    decision.answer = draft.joined(input.member_id);
    return decision;
  }
  Member& next = draft.edit(input.member_id);
  next.protocols = input.protocols;
  next.rebalance_timeout = input.rebalance_timeout;
  next.session_timeout = input.session_timeout;
  draft.set_awaiting_join(input.member_id, true);
  draft.rebalance_or_complete();
  return waiting(draft, input.member_id);
}

JoinDecision join_with_id(const ClassicGroup& group, const JoinInput& input, const Context& context) {
  if (!group.supports(input.protocol_type, input.protocols)) {
    return refuse(Errc::inconsistent_group_protocol, input.member_id);
  }
  if (group.pending_joins.contains(input.member_id)) {
    // Ids are given out to dynamic members only.
    if (input.instance_id) return refuse(Errc::unknown_member_id, input.member_id);
    Draft draft(group, context);
    return add_member(draft, input, input.member_id);
  }
  const Errc invalid = validate_member(group, input.member_id, input.instance_id);
  if (invalid != Errc::none) return refuse(invalid, input.member_id);
  if (group.phase == Phase::empty) return refuse(Errc::unknown_member_id, input.member_id);
  return rejoin(group, input, context);
}

}  // namespace

JoinDecision join(const ClassicGroup& group, bool is_new, const JoinInput& input, const Context& context) {
  if (!has_room(group, input.member_id, context.settings.max_group_size)) {
    JoinDecision full = refuse(Errc::group_max_size_reached, "");
    if (!input.member_id.empty()) {
      Draft draft(group, context);
      draft.remove(input.member_id, Errc::group_max_size_reached);
      draft.complete_if_all_joined();
      static_cast<Decision&>(full) = draft.finish();
    }
    return full;
  }
  JoinDecision decision =
      input.member_id.empty() ? join_as_new(group, input, context) : join_with_id(group, input, context);
  if (is_new && decision.records.empty()) {
    // The group exists from here on, also for a coordinator that takes over before anybody is a member, and even if
    // this first request is refused.
    Draft draft(group, context);
    draft.group.phase_since = context.now;
    draft.group.protocol_type = std::nullopt;
    draft.record(nullptr);
    decision.records = std::move(draft.decision.records);
    decision.followup = GroupWritten{};
  }
  return decision;
}

}  // namespace millrace::groups::classic
