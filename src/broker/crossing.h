#pragma once

#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "ports/shard.h"

namespace millrace::broker {

class Broker;

// The brokers of all shards of a node. Each shard sets its own slot before it starts and is the only one that reads it:
// work for another shard is sent there, and finds the broker there.
struct Siblings {
  explicit Siblings(std::uint32_t shards) : brokers(shards, nullptr) {}
  std::vector<Broker*> brokers;
};

// One shard's way to the others. A full ring never loses or reorders anything: what finds no place waits here, and
// blocked() tells the connections to stop bringing more.
class Crossing {
 public:
  Crossing(ports::Shard& shard, Siblings& siblings)
      : shard_(shard), siblings_(siblings), outboxes_(shard.count) {}

  // Runs `work(Broker& there, Callback<void(T)> answer)` on the shard `to`, and `done(T)` here with what it answers, in
  // whatever turn. On the own shard `work` runs at once, from inside this call. What `work` and `done` capture travels:
  // `work` must not capture anything that belongs to this shard; `done` may, and nobody touches it on the way.
  template <typename T, typename Work, typename Done>
  void ask(ShardId to, Work work, Done done) {
    if (to == shard_.id) {
      work(*siblings_.brokers[to.value()], Callback<void(T)>(std::move(done)));
      return;
    }
    post(to, [siblings = &siblings_, from = shard_.id, to, work = std::move(work), done = std::move(done)]() mutable {
      Broker* there = siblings->brokers[to.value()];
      work(*there, Callback<void(T)>([there, from, done = std::move(done)](T value) mutable {
        reply(*there, from, [done = std::move(done), value = std::move(value)]() mutable { done(std::move(value)); });
      }));
    });
  }

  // Whether a ring to another shard is full; then `resume` is called once, later, when all have places again.
  bool blocked(Task resume);

 private:
  static void reply(Broker& there, ShardId to, Task message);
  void post(ShardId to, Task message);
  void drain(ShardId to);

  ports::Shard& shard_;
  Siblings& siblings_;
  std::vector<std::deque<Task>> outboxes_;
  std::size_t waiting_ = 0;
  std::vector<Task> resumes_;
};

}  // namespace millrace::broker
