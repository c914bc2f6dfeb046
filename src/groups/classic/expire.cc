#include "groups/classic/draft.h"
#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

Decision session_expired(const ClassicGroup& group, const std::string& member_id, const Context& context) {
  Draft draft(group, context);
  if (group.pending_joins.contains(member_id)) {
    draft.remove(member_id, Errc::unknown_member_id);
    draft.complete_if_all_joined();
    return draft.finish();
  }
  const Member* member = group.member(member_id);
  if (member == nullptr) return {};
  // Who waits for the coordinator is not silent; but one that has never been answered may be gone for good.
  if (!member->is_new && (member->awaiting_join || member->awaiting_sync)) return {};
  draft.remove(member_id, Errc::unknown_member_id);
  if (group.phase != Phase::empty) draft.rebalance_or_complete();
  return draft.finish();
}

Decision sync_expired(const ClassicGroup& group, std::int32_t generation, const Context& context) {
  const bool running = group.phase == Phase::completing || group.phase == Phase::stable;
  if (!running || generation != group.generation || group.owed_syncs == 0) return {};
  Draft draft(group, context);
  for (const MemberPtr& member : group.members) {
    if (member->owes_sync) draft.remove(member->id, Errc::unknown_member_id);
  }
  draft.prepare_rebalance();
  return draft.finish();
}

Decision loaded(const ClassicGroup& group, const Context& context) {
  Draft draft(group, context);
  for (const MemberPtr& member : group.members) draft.start_session(*member);
  const auto most = static_cast<std::size_t>(context.settings.max_group_size);
  if (group.members.size() > most) draft.prepare_rebalance();  // the limit was lowered: some will not get back in
  return draft.finish();
}

}  // namespace millrace::groups::classic
