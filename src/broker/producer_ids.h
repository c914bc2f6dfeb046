#pragma once

#include <cstdint>
#include <deque>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "protocol/errc.h"

namespace millrace::broker {

class Broker;

// Hands out producer ids (KIP-730), from a block that the controller has given to this shard; the next block is asked
// for before the present one is used up. An id is given once and never again, whatever happens to its block.
class ProducerIds {
 public:
  explicit ProducerIds(Broker& broker) : broker_(broker) {}

  // `done` gets an id, at once or when a block has come, or COORDINATOR_LOAD_IN_PROGRESS when none can be had now.
  using Done = Callback<void(Result<ProducerId, protocol::Errc>)>;
  void next(Done done);

 private:
  void fetch_block();
  void got_block(const Buffer& answer);

  Broker& broker_;
  std::int64_t next_ = 0;
  std::int64_t end_ = 0;          // of the present block
  std::int64_t following_ = 0;    // the block after it; empty when both are equal
  std::int64_t following_end_ = 0;
  bool fetching_ = false;
  std::deque<Done> waiting_;
};

}  // namespace millrace::broker
