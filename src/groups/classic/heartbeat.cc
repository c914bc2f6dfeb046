#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

Errc validate_member(const ClassicGroup& group, std::string_view member_id,
                     const std::optional<std::string_view>& instance_id) {
  if (instance_id) {
    const std::string* holder = group.member_of(*instance_id);
    if (holder == nullptr) return Errc::unknown_member_id;
    if (*holder != member_id) return Errc::fenced_instance_id;
  }
  return group.member(member_id) == nullptr ? Errc::unknown_member_id : Errc::none;
}

HeartbeatDecision heartbeat(const ClassicGroup& group, std::string_view member_id,
                            const std::optional<std::string_view>& instance_id, std::int32_t generation) {
  HeartbeatDecision decision;
  decision.answer = validate_member(group, member_id, instance_id);
  if (decision.answer == Errc::none && generation != group.generation) decision.answer = Errc::illegal_generation;
  if (decision.answer == Errc::none && group.phase == Phase::empty) decision.answer = Errc::unknown_member_id;
  if (decision.answer != Errc::none) return decision;
  if (group.phase == Phase::preparing) decision.answer = Errc::rebalance_in_progress;
  const Member& member = *group.member(member_id);
  decision.timers.push_back({TimerKind::session, member.id, member.session_timeout, std::nullopt, -1});
  return decision;
}

}  // namespace millrace::groups::classic
