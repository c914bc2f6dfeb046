#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ports/mailbox.h"
#include "runtime/message_queue.h"
#include "runtime/wake.h"

namespace millrace::runtime {

// The queues between all pairs of shards of a process.
class MailboxGrid {
 public:
  // `ring`: how many requests from one shard to another may wait unread.
  MailboxGrid(std::vector<Waker*> wakers, std::uint32_t ring);

 private:
  friend class ShardMailbox;
  struct Lane {
    MessageQueue queue;
    std::atomic<std::uint32_t> unread_requests{0};
    std::atomic<bool> sender_waits{false};  // the receiver wakes the sender when it has taken something
  };
  Lane& lane(std::size_t from, std::size_t to) { return *lanes_[from * wakers_.size() + to]; }

  std::vector<Waker*> wakers_;
  std::uint32_t ring_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

// One shard's end of the grid. A request holds one of kMaxUnanswered reply slots of its pair of shards until the reply
// has run, so the queues are bounded while reply() never has to refuse.
class ShardMailbox final : public ports::Mailbox {
 public:
  ShardMailbox(MailboxGrid& grid, ShardId self);

  bool request(ShardId to, Task& message) override;
  void reply(ShardId to, Task message) override;
  void when_space(ShardId to, Task task) override;

  // Runs what arrived before the call, then the tasks of when_space whose time has come.
  void run();
  // Whether run() would do something.
  bool pending() const;
  // Destroys what waits without calling it. Only when no other shard runs.
  void clear();

 private:
  bool has_space(std::size_t to);
  void run_waiters();

  MailboxGrid& grid_;
  std::size_t self_;
  std::vector<std::uint32_t> unanswered_;  // requests of this shard, by receiver
  std::vector<std::pair<std::size_t, Task>> waiters_;
};

}  // namespace millrace::runtime
