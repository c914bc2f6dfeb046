#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/admin/core.h"

// Calls that go to the leaders of partitions.
namespace millrace::client::admin {

// "deleting records of t-0".
inline std::string named(const char* what, const TopicPartition& partition) {
  return std::string(what) + " " + partition.topic + "-" + std::to_string(partition.partition);
}

// One attempt with one leader: whether another one is to be asked next is for LeaderCall to see.
template <typename T, protocol::Message R, protocol::Message M, typename Make, typename Convert>
void ask_leader(AdminCore& core, NodeId leader, Millis timeout, Make make, Convert convert, Done<T> done,
                VersionRange versions = Cluster::stable_versions(M::kApi)) {
  send_until<R, M>(
      core.cluster, Target::node(leader), std::move(make), never_again, RetryOptions{timeout, 0},
      [convert = std::move(convert), done = std::move(done)](client::Result<Answer<R>> answer) mutable {
        if (!answer) return done(answer.error());
        done(convert(*answer));
      },
      versions);
}

// One call to the leaders of partitions: each gets its own by `send` (NodeId, partitions, Done<Items>). What fails in
// passing, as where leadership has moved, is sent again to those who lead then, until the deadline.
template <typename V, typename Send>
class LeaderCall : public std::enable_shared_from_this<LeaderCall<V, Send>> {
 public:
  using All = Items<TopicPartition, V>;
  LeaderCall(AdminCore& core, Millis timeout, Send send, Done<All> done)
      : core_(core),
        alive_(core.cluster.alive()),
        deadline_(core.shard.clock.now() + timeout),
        left_(core.retries),
        backoff_(core.cluster.options().retry_backoff, core.cluster.options().retry_backoff_max),
        send_(std::move(send)),
        done_(std::move(done)) {}

  void attempt(std::vector<TopicPartition> partitions) {
    const Millis left = std::max(Millis((deadline_ - core_.shard.clock.now()) / 1'000'000), Millis(1));
    auto self = this->shared_from_this();
    auto round = gather<All>([self](client::Result<All> all) { self->take(std::move(all)); });
    by_leader(core_, std::move(partitions), left, [self, round](client::Result<ByLeader> found) {
      if (!found) return round->fail(found.error());
      for (auto& item : found->failed) round->value.push_back({item.key, item.result.error()});
      if (self->alive_.expired()) return;
      for (auto& [leader, led] : found->leaders) {
        self->send_(leader, led, [round, led = led](client::Result<All> items) {
          if (items) {
            for (auto& item : *items) round->value.push_back(std::move(item));
            return;
          }
          for (const auto& partition : led) round->value.push_back({partition, items.error()});
        });
      }
    });
  }

 private:
  void take(client::Result<All> all) {
    if (!all) return done_(all.error());
    std::map<TopicPartition, Error> passing;
    for (auto& item : *all) {
      if (!item.result && item.result.error().retriable) {
        passing.insert_or_assign(item.key, item.result.error());
      } else {
        settled_.push_back(std::move(item));
      }
    }
    const bool over = passing.empty() || left_ == 0 || alive_.expired() || core_.cluster.closed();
    const Millis wait = over ? Millis(0) : backoff_.next(core_.shard.random);
    if (over || core_.shard.clock.now() + wait >= deadline_) {
      for (auto& [partition, error] : passing) settled_.push_back({partition, std::move(error)});
      return done_(std::move(settled_));
    }
    --left_;
    std::vector<TopicPartition> again;
    for (const auto& [partition, error] : passing) again.push_back(partition);
    core_.shard.timers.at(core_.shard.clock.now() + wait,
                          [self = this->shared_from_this(), again = std::move(again)]() mutable {
      if (!self->alive_.expired()) return self->attempt(std::move(again));
      self->done_(local_error(Cause::closed, "the client was closed"));
    });
  }

  AdminCore& core_;
  const std::weak_ptr<const bool> alive_;
  const MonoTime deadline_;
  std::uint32_t left_;
  Backoff backoff_;
  Send send_;
  Done<All> done_;
  All settled_;
};

template <typename V, typename Send>
void to_leaders(AdminCore& core, std::vector<TopicPartition> partitions, Millis timeout,
                Done<Items<TopicPartition, V>> done, Send send) {
  std::make_shared<LeaderCall<V, Send>>(core, timeout, std::move(send), std::move(done))
      ->attempt(std::move(partitions));
}

}  // namespace millrace::client::admin
