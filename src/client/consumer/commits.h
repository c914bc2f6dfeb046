#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "base/callback.h"
#include "client/alive.h"
#include "client/cluster.h"
#include "client/consumer/group_offsets.h"

namespace millrace::client {

// The commits of one consumer, one after the other. Two under way at once could be carried out in either order, as each
// is tried again on its own: 1. a commit of 10 is lost; 2. one of 20 is done; 3. the first is tried again, and the
// group is back at 10. Belongs to one shard.
class Commits {
 public:
  // `renew`: the member as of now, if it may still commit these positions although its epoch is another one since it
  // asked to (KIP-848: a coordinator raises the epochs of members whose partitions stay theirs).
  using Renew = Callback<std::optional<GroupIdentity>(const GroupIdentity& who, const Offsets& offsets)>;
  explicit Commits(Cluster& cluster, Renew renew = nullptr) : cluster_(cluster), renew_(std::move(renew)) {}

  // Commits after all that were asked for before, until `timeout` from now. `who`: the member as of now, so that the
  // coordinator refuses what a rebalance has overtaken.
  void commit(GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done);
  // Whether none waits or is under way.
  bool idle() const { return !under_way_ && waiting_.empty(); }

 private:
  struct Waiting {
    GroupIdentity who;
    Offsets offsets;
    MonoTime deadline;
    Callback<void(Status)> done;
  };
  void next();
  void send(Waiting waiting);

  Cluster& cluster_;
  Renew renew_;
  std::deque<Waiting> waiting_;
  bool under_way_ = false;
  Alive alive_;
};

}  // namespace millrace::client
