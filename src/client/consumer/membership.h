#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "client/consumer/group_offsets.h"
#include "millrace/consumer.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// Who is a member by means of a Membership.
class MembershipOwner {
 public:
  virtual ~MembershipOwner() = default;
  // The member is about to join anew. `lost`: its partitions belong to others already. `ready` is called when it has
  // given up what it must.
  virtual void prepare_join(bool lost, Callback<void()> ready) = 0;
  virtual std::vector<std::string> subscribed_topics() const = 0;
  // A regular expression that the brokers resolve; none with a subscription by names.
  virtual std::optional<std::string> subscribed_regex() const = 0;
  virtual std::vector<TopicPartition> owned_partitions() const = 0;
  // These are the member's from now on; it calls Membership::adopted() when it has given up the others.
  virtual void on_assigned(std::vector<TopicPartition> partitions) = 0;
  // No member until the cause is removed; the next poll tries again.
  virtual void on_group_failed(Error why) = 0;
};

// Membership in a group, whichever protocol it speaks. Joins only from drive(), which the owner calls while its program
// polls, so that partitions are never taken away from a program that works on their records. Belongs to one shard.
class Membership {
 public:
  virtual ~Membership() = default;
  // The next drive() makes this a member, or tells the group what has changed.
  virtual void want_join(std::string reason) = 0;
  // The program polls: does what is wanted.
  virtual void drive(MonoTime now) = 0;
  // A poll begins or ends: max.poll.interval.ms counts from now.
  virtual void polled(bool under_way) = 0;
  // The last assignment is in effect. `gave_up`: partitions were taken out of use for it.
  virtual void adopted(bool gave_up) = 0;
  // Leaves the group.
  virtual void leave(std::string reason, GroupExit exit, Millis timeout, Callback<void(Status)> done) = 0;
  // The view of the cluster has changed.
  virtual void on_view() = 0;
  // Whether what stays assigned stays in use while the group rebalances.
  virtual bool cooperative() const = 0;
  virtual bool stable() const = 0;
  virtual GroupIdentity identity() const = 0;
};

}  // namespace millrace::client
