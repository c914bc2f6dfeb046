#include "client/consumer/commits.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

void Commits::commit(GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done) {
  waiting_.push_back({std::move(who), std::move(offsets), cluster_.shard().clock.now() + timeout, std::move(done)});
  if (!under_way_) next();
}

// One whose time is over before its turn is sent all the same, with the least time there is, so that it ends by a word
// of the cluster's, as every call does.
void Commits::next() {
  if (waiting_.empty()) return;
  under_way_ = true;
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  const Millis left(std::max<std::int64_t>((first.deadline - cluster_.shard().clock.now()) / 1'000'000, 1));
  commit_offsets(cluster_, std::move(first.who), std::move(first.offsets), left,
                 [this, watch = alive_.watch(), done = std::move(first.done)](Status status) mutable {
                   if (watch.expired()) return done(std::move(status));
                   under_way_ = false;
                   done(std::move(status));
                   if (!watch.expired() && !under_way_) next();
                 });
}

}  // namespace millrace::client
