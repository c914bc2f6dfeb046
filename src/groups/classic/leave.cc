#include "groups/classic/draft.h"
#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

namespace {

// Takes one out. An administrator may name a static member by its instance id alone.
Errc take_out(Draft& draft, const Leaving& leaving) {
  if (leaving.member_id.empty()) {
    const std::string* holder = leaving.instance_id ? draft.group.member_of(*leaving.instance_id) : nullptr;
    if (holder == nullptr) return Errc::unknown_member_id;
    draft.remove(std::string(*holder), Errc::unknown_member_id);
    return Errc::none;
  }
  if (!draft.group.pending_joins.contains(leaving.member_id)) {
    const Errc invalid = validate_member(draft.group, leaving.member_id, leaving.instance_id);
    if (invalid != Errc::none) return invalid;
  }
  draft.remove(leaving.member_id, Errc::unknown_member_id);
  return Errc::none;
}

}  // namespace

LeaveDecision leave(const ClassicGroup& group, const std::vector<Leaving>& members, const Context& context) {
  Draft draft(group, context);
  std::vector<Errc> answers;
  bool any = false;
  for (const Leaving& leaving : members) {
    answers.push_back(take_out(draft, leaving));
    any = any || answers.back() == Errc::none;
  }
  LeaveDecision decision;
  if (any) {
    if (group.phase != Phase::empty) draft.rebalance_or_complete();
    static_cast<Decision&>(decision) = draft.finish();
  }
  decision.answers = std::move(answers);
  return decision;
}

}  // namespace millrace::groups::classic
