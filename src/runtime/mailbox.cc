#include "runtime/mailbox.h"

#include <utility>

#include "base/assert.h"
#include "runtime/limits.h"

namespace millrace::runtime {

MailboxGrid::MailboxGrid(std::vector<Waker*> wakers, std::uint32_t ring) : wakers_(std::move(wakers)), ring_(ring) {
  for (std::size_t i = 0; i < wakers_.size() * wakers_.size(); ++i) lanes_.push_back(std::make_unique<Lane>());
}

ShardMailbox::ShardMailbox(MailboxGrid& grid, ShardId self)
    : grid_(grid), self_(self.value()), unanswered_(grid.wakers_.size(), 0) {}

bool ShardMailbox::has_space(std::size_t to) {
  return unanswered_[to] < kMaxUnanswered && grid_.lane(self_, to).unread_requests.load() < grid_.ring_;
}

bool ShardMailbox::request(ShardId to, Task& message) {
  const std::size_t target = to.value();
  MR_ASSERT(target < unanswered_.size());
  if (!has_space(target)) return false;
  ++unanswered_[target];
  auto& lane = grid_.lane(self_, target);
  lane.unread_requests.fetch_add(1);
  lane.queue.push({std::move(message), false});
  if (target != self_) grid_.wakers_[target]->wake();
  return true;
}

void ShardMailbox::reply(ShardId to, Task message) {
  const std::size_t target = to.value();
  MR_ASSERT(target < unanswered_.size());
  grid_.lane(self_, target).queue.push({std::move(message), true});
  if (target != self_) grid_.wakers_[target]->wake();
}

void ShardMailbox::when_space(ShardId to, Task task) {
  waiters_.emplace_back(to.value(), std::move(task));
  grid_.lane(self_, to.value()).sender_waits.store(true);
}

void ShardMailbox::run() {
  for (std::size_t from = 0; from < unanswered_.size(); ++from) {
    auto& lane = grid_.lane(from, self_);
    if (lane.queue.empty()) continue;
    // Only what is there now: messages to the own shard would otherwise never end.
    std::uint64_t left = lane.queue.unread();
    Message message;
    while (left-- > 0 && lane.queue.pop(message)) {
      if (message.is_reply) {
        MR_ASSERT(unanswered_[from] > 0);
        --unanswered_[from];
      } else {
        lane.unread_requests.fetch_sub(1);
      }
      Task task = std::move(message.task);
      task();
    }
    if (lane.sender_waits.load() && lane.sender_waits.exchange(false) && from != self_) grid_.wakers_[from]->wake();
  }
  run_waiters();
}

void ShardMailbox::run_waiters() {
  if (waiters_.empty()) return;
  auto waiting = std::exchange(waiters_, {});
  for (auto& [to, task] : waiting) {
    // Announced before the look, so that a receiver that takes a message in between wakes this shard again.
    grid_.lane(self_, to).sender_waits.store(true);
    if (has_space(to)) {
      Task ready = std::move(task);
      ready();
    } else {
      waiters_.emplace_back(to, std::move(task));
    }
  }
}

bool ShardMailbox::pending() const {
  for (std::size_t from = 0; from < unanswered_.size(); ++from) {
    if (!grid_.lane(from, self_).queue.empty()) return true;
  }
  for (const auto& [to, task] : waiters_) {
    const auto& lane = grid_.lane(self_, to);
    if (unanswered_[to] < kMaxUnanswered && lane.unread_requests.load() < grid_.ring_) return true;
  }
  return false;
}

void ShardMailbox::clear() {
  waiters_.clear();
  for (std::size_t from = 0; from < unanswered_.size(); ++from) {
    Message message;
    while (grid_.lane(from, self_).queue.pop(message)) message.task = nullptr;
  }
}

}  // namespace millrace::runtime
