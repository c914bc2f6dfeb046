#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/alive.h"
#include "client/backoff.h"
#include "client/cluster.h"
#include "client/consumer/group_beats.h"
#include "client/consumer/membership.h"
#include "client/consumer/options.h"
#include "protocol/gen/metadata.h"

namespace millrace::client {

// Membership in a group whose coordinator shares out the partitions and tells each member its own by heartbeats
// (KIP-848; share groups, KIP-932). The member has an id of its own making and an epoch from the coordinator. An
// assignment is adopted while the program polls: what is not in it is given up, and only the heartbeat that says so
// lets the coordinator pass it on. A member whose epoch is refused has lost everything and joins again.
class EpochMembership final : public Membership {
 public:
  EpochMembership(Cluster& cluster, const ConsumerOptions& options, MembershipOwner& owner, SendGroupBeat send);
  ~EpochMembership() override;

  void want_join(std::string reason) override;
  void drive(MonoTime now) override;
  void polled(bool under_way) override;
  void adopted(bool gave_up) override;
  // Static members keep what they have until their session ends.
  void leave(std::string reason, GroupExit exit, Millis timeout, Callback<void(Status)> done) override;
  void on_view() override { reconcile(); }
  bool cooperative() const override { return true; }
  bool stable() const override { return state_ == State::member && epoch_ > kJoiningEpoch; }
  GroupIdentity identity() const override;
  // The id that this member has made for itself; the same in all its memberships.
  const std::string& member_id() const { return member_id_; }

 private:
  enum class State : std::uint8_t { out, preparing, member };

  void join();
  void beat_at(MonoTime when);
  void beat();
  GroupBeat next_beat() const;
  void take_answer(Result<GroupBeatAnswer> answer, GroupBeat told);
  void take_failure(protocol::Errc code, const Error& why);
  void lose();
  void end_membership();
  void beat_later();
  void reconcile();
  void ask_names(std::set<::millrace::Uuid> ids);
  std::optional<std::string> name_of(const ::millrace::Uuid& id) const;

  Cluster& cluster_;
  const ConsumerOptions& options_;
  MembershipOwner& owner_;
  const SendGroupBeat send_;
  State state_ = State::out;
  bool join_wanted_ = false;
  bool lost_ = false;  // what the member had belongs to others by now
  std::string member_id_;
  std::int32_t epoch_ = kJoiningEpoch;
  std::uint32_t membership_ = 0;  // grows with each: answers to an earlier one mean nothing
  Millis interval_;
  // What the coordinator was told last, by the topics and so on that are none: not yet.
  GroupBeat told_;
  PartitionsById target_;    // the coordinator's wish
  PartitionsById owned_;     // what is in effect
  PartitionsById adopting_;  // what the owner is about to have in effect
  bool busy_adopting_ = false;
  std::map<::millrace::Uuid, std::string> names_;  // of topics that the cluster's view does not know
  bool asking_names_ = false;
  Backoff backoff_;
  MonoTime not_before_;
  ports::TimerId timer_{0};
  bool beating_ = false;
  bool again_ = false;  // there is something to tell as soon as the beat under way is answered
  bool polling_ = false;
  MonoTime last_poll_;
  Alive alive_;
};

}  // namespace millrace::client
