#include "client/consumer/commits.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

void Commits::commit(GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done) {
  waiting_.push_back({std::move(who), std::move(offsets), cluster_.shard().clock.now() + timeout, std::move(done)});
  auto& faults = cluster_.shard().faults;
  if (under_way_) faults.reach(ports::Probe::client_commit_waited);
  if (!under_way_ || faults.planted(ports::Planted::client_commits_overlap)) next();
}

// One whose time is over before its turn is sent all the same, with the least time there is, so that it ends by a word
// of the cluster's, as every call does.
void Commits::next() {
  if (waiting_.empty()) return;
  under_way_ = true;
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  send(std::move(first));
}

void Commits::send(Waiting waiting) {
  const Millis left(std::max<std::int64_t>((waiting.deadline - cluster_.shard().clock.now()) / 1'000'000, 1));
  auto who = waiting.who;
  auto offsets = waiting.offsets;
  commit_offsets(cluster_, std::move(who), std::move(offsets), left,
                 [this, watch = alive_.watch(), waiting = std::move(waiting)](Status status) mutable {
                   if (watch.expired()) return waiting.done(std::move(status));
                   if (!status && status.error().is(ErrorCode::stale_member_epoch) && renew_) {
                     if (auto fresh = renew_(waiting.who, waiting.offsets)) {
                       waiting.who = *std::move(fresh);
                       return send(std::move(waiting));  // before those behind it
                     }
                   }
                   under_way_ = false;
                   waiting.done(std::move(status));
                   if (!watch.expired() && !under_way_) next();
                 });
}

}  // namespace millrace::client
