#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ports/mailbox.h"
#include "sim/loop.h"

namespace millrace::sim {

// The rings between the shards of one node: messages between the same two arrive in order, after seeded delays that
// mix the pairs. A request holds its place until it is taken.
class Mailbox final : public ports::Mailbox {
 public:
  Mailbox(Loop& loop, std::uint32_t shards) : loop_(loop), out_(shards), open_from_(shards, 0) {}
  // The mailboxes of all shards, this one's too, in order. Before the first message.
  void connect(std::vector<Mailbox*> peers) { peers_ = std::move(peers); }

  bool request(ShardId to, Task& message) override;
  void reply(ShardId to, Task message) override;
  void when_space(ShardId to, Task task) override;
  // Destroys the tasks that wait for space.
  void clear();

 private:
  struct Out {
    MonoTime last{0};  // when the last message that was sent arrives
    std::uint32_t unread = 0;
    std::vector<Task> waiting;
  };
  MonoTime arrival(Out& out);
  void wake(Out& out);

  Loop& loop_;
  std::vector<Mailbox*> peers_;
  std::vector<Out> out_;
  std::vector<std::uint32_t> open_from_;  // requests that came from each shard and are not answered
};

}  // namespace millrace::sim
