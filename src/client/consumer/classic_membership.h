#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/alive.h"
#include "client/backoff.h"
#include "client/cluster.h"
#include "client/consumer/group_offsets.h"
#include "client/consumer/group_wire.h"
#include "client/consumer/membership.h"
#include "client/consumer/options.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/sync_group.h"

namespace millrace::client {

// Membership in a group of the classic protocol: joins, has the leader share out the partitions, and tells the
// coordinator that it lives. Joins only from drive(), which the owner calls while its program polls, so that partitions
// are never taken away from a program that works on their records. Belongs to one shard.
class ClassicMembership final : public Membership {
 public:
  ClassicMembership(Cluster& cluster, const ConsumerOptions& options, MembershipOwner& owner);
  ~ClassicMembership() override;

  // Joins, or joins again.
  void want_join(std::string reason) override;
  void drive(MonoTime now) override;
  void polled(bool under_way) override;
  // Partitions given up are for others: the group has to share them out once more (KIP-429).
  void adopted(bool gave_up) override;
  // Static members stay until their session ends (KIP-345).
  void leave(std::string reason, GroupExit exit, Millis timeout, Callback<void(Status)> done) override;
  // A leader looks whether topics have other numbers of partitions now, or replicas in other racks.
  void on_view() override;
  bool cooperative() const override { return cooperative_; }
  bool stable() const override { return state_ == State::stable; }
  GroupIdentity identity() const override;

 private:
  enum class State : std::uint8_t { out, preparing, joining, syncing, stable };

  // membership.cc
  void send_join();
  void take_join(Result<Answer<protocol::JoinGroupResponse>> answer);
  void lead(const protocol::JoinGroupResponse& answer, Strategy strategy);
  void share_out();
  void send_sync(std::map<std::string, Buffer> shares);
  void take_sync(Result<Answer<protocol::SyncGroupResponse>> answer);
  bool pass_over(const Error* failure, protocol::Errc code, const char* what);
  void join_later();
  void forget_member();
  Target coordinator() const;
  void track_group(std::set<std::string> topics);
  // heartbeat.cc
  void arm_heartbeat(MonoTime when);
  void beat();
  void take_beat(Result<Answer<protocol::HeartbeatResponse>> answer);

  Cluster& cluster_;
  const ConsumerOptions& options_;
  MembershipOwner& owner_;
  const bool cooperative_;
  State state_ = State::out;
  bool join_wanted_ = false;
  bool lost_ = false;  // what the member had belongs to others by now
  std::string reason_;
  std::string member_id_;
  std::int32_t generation_ = -1;
  std::string protocol_;
  std::vector<TopicPartition> last_owned_;
  std::int32_t last_generation_ = -1;
  Backoff backoff_;
  MonoTime not_before_;
  // Of the leader.
  struct Leading {
    Strategy strategy;
    Assignees members;
    PartitionCounts counts;
    PartitionRacks racks;
  };
  std::optional<Leading> leading_;
  std::set<std::string> group_topics_;
  ports::TimerId heartbeat_timer_{0};
  bool beating_ = false;
  bool polling_ = false;
  MonoTime last_poll_;
  Alive alive_;
};

}  // namespace millrace::client
