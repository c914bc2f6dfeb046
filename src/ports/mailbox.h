#pragma once

#include "base/callback.h"
#include "base/ids.h"

namespace millrace::ports {

// Messages between the shards of one process: calls that own what they carry and run on the other shard in a later
// turn, in the order of sending between the same two shards. Rings are bounded. A reply has the place that its request
// reserved, so two shards whose rings are full towards each other still make progress.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  // Sends a request that will be answered by exactly one reply() from `to`. False when the ring is full: nothing was
  // sent, and the sender stops reading the connections that feed it until when_space() calls. Sending to the own shard
  // is allowed and works the same.
  [[nodiscard]] virtual bool request(ShardId to, Task& message) = 0;
  // Answers one request that came from `to`. Always has space.
  virtual void reply(ShardId to, Task message) = 0;
  // Calls `task` once, when a request to `to` has a place again.
  virtual void when_space(ShardId to, Task task) = 0;
};

}  // namespace millrace::ports
