#include "broker/crossing.h"

#include "broker/broker.h"

namespace millrace::broker {

void Crossing::reply(Broker& there, ShardId to, Task message) {
  there.shard().mailbox.reply(to, std::move(message));
}

void Crossing::post(ShardId to, Task message) {
  auto& outbox = outboxes_[to.value()];
  if (outbox.empty() && shard_.mailbox.request(to, message)) return;
  outbox.push_back(std::move(message));
  ++waiting_;
  if (outbox.size() == 1) shard_.mailbox.when_space(to, [this, to] { drain(to); });
}

void Crossing::drain(ShardId to) {
  auto& outbox = outboxes_[to.value()];
  while (!outbox.empty() && shard_.mailbox.request(to, outbox.front())) {
    outbox.pop_front();
    --waiting_;
  }
  if (!outbox.empty()) {
    shard_.mailbox.when_space(to, [this, to] { drain(to); });
  } else if (waiting_ == 0) {
    for (Task& resume : std::exchange(resumes_, {})) resume();
  }
}

bool Crossing::blocked(Task resume) {
  if (waiting_ == 0) return false;
  resumes_.push_back(std::move(resume));
  return true;
}

}  // namespace millrace::broker
