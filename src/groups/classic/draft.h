#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "groups/classic/decision.h"
#include "groups/classic/group.h"

namespace millrace::groups::classic {

// A decision in the making: a copy of the group that steps may change, and what has been decided so far. The steps that
// several transitions share are here and in rebalance.cc.
class Draft {
 public:
  Draft(const ClassicGroup& base, const Context& context) : group(base), context_(context) {}

  ClassicGroup group;
  Decision decision;

  const Context& context() const { return context_; }

  // The decision with the changed group. The draft is of no use afterwards.
  Decision finish() {
    decision.next = std::move(group);
    return std::move(decision);
  }

  void enter(Phase phase);
  // A member that may be changed; must be one.
  Member& edit(std::string_view member_id);
  // Its JoinGroup waits from now on.
  void add_waiting(Member member);
  void set_awaiting_join(std::string_view member_id, bool waits);
  void set_owes_sync(std::string_view member_id, bool owes);
  // Takes it out of the group. Its requests that wait are answered with `error`, its session timer stops, and another
  // member leads if it led.
  void remove(std::string_view member_id, Errc error);
  // Answer its JoinGroup or SyncGroup, if one waits. Returns whether one did.
  bool answer_join(std::string_view member_id, JoinAnswer answer);
  bool answer_sync(std::string_view member_id, SyncAnswer answer);

  void start_session(const Member& member) { start_session(member.id, member.session_timeout); }
  void start_session(const std::string& member_id, Millis timeout);
  void stop_session(std::string_view member_id);
  void start_join_timer(Millis delay, std::optional<InitialDelay> initial = std::nullopt);
  void stop_join_timer();
  void start_sync_timer();
  void stop_sync_timer();

  // Writes the group's record with these assignments (the members' own without).
  void record(const std::map<std::string, Buffer>* assignments);

  // The answer of the present generation for `member`; the leader's lists the members.
  JoinAnswer joined(std::string_view member_id) const;

  // Begins a rebalance if the phase allows it, or ends one that everybody has joined.
  void rebalance_or_complete();
  // Begins a rebalance. Precondition: none is being prepared.
  void prepare_rebalance();
  // Ends the join phase if everybody has joined; the first rebalance of a group waits for its delay instead.
  void complete_if_all_joined();
  // Ends the join phase with whoever has joined.
  void complete_join();
  // Everybody who waits for an assignment gets `error`, and all assignments are dropped.
  void drop_assignments(Errc error);

 private:
  Context context_;
};

}  // namespace millrace::groups::classic
