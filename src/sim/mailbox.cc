#include "sim/mailbox.h"

#include <algorithm>
#include <utility>

namespace millrace::sim {

MonoTime Mailbox::arrival(Out& out) {
  Run& run = loop_.run();
  out.last = std::max(out.last + 1, run.now() + around(run.streams.schedule, run.profile.message_delay));
  return out.last;
}

bool Mailbox::request(ShardId to, Task& message) {
  Out& out = out_[to.value()];
  Run& run = loop_.run();
  if (out.unread >= run.profile.ring_places || run.faults.strike(ports::FaultPoint::mailbox_full)) return false;
  ++out.unread;
  Mailbox& peer = *peers_[to.value()];
  const std::uint32_t from = loop_.place().shard;
  auto taken = [this, &out, &peer, from, message = std::move(message)]() mutable {
    --out.unread;
    wake(out);
    ++peer.open_from_[from];
    message();
  };
  peer.loop_.input_at(arrival(out), Kind::message, from, 0, std::move(taken));
  return true;
}

void Mailbox::reply(ShardId to, Task message) {
  MR_ASSERT(open_from_[to.value()] > 0);  // each request has one reply
  --open_from_[to.value()];
  Mailbox& peer = *peers_[to.value()];
  const std::uint32_t from = loop_.place().shard;
  peer.loop_.input_at(arrival(out_[to.value()]), Kind::reply, from, 0, std::move(message));
}

void Mailbox::wake(Out& out) {
  Run& run = loop_.run();
  for (auto& task : out.waiting) {
    const MonoTime when = run.now() + around(run.streams.schedule, run.profile.message_delay);
    loop_.input_at(when, Kind::space, loop_.place().shard, 0, std::move(task));
  }
  out.waiting.clear();
}

void Mailbox::when_space(ShardId to, Task task) {
  Out& out = out_[to.value()];
  if (out.unread < loop_.run().profile.ring_places) {
    loop_.input(Kind::space, loop_.place().shard, 0, std::move(task));
  } else {
    out.waiting.push_back(std::move(task));
  }
}

void Mailbox::clear() {
  for (auto& out : out_) {
    const auto doomed = std::move(out.waiting);
    out.waiting.clear();
  }
}

}  // namespace millrace::sim
