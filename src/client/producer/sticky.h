#pragma once

#include <cstdint>
#include <vector>

#include "ports/random.h"

namespace millrace::client {

// Chooses partitions for the records of one topic that have no key (KIP-480, KIP-794): stays with one until about a
// batch has gone there, then draws another; partitions with long queues are drawn less often.
class StickyChoice {
 public:
  // What is known of a partition when one is drawn.
  struct Candidate {
    std::int32_t partition;
    std::size_t queued;  // batches that wait
  };

  // The partition that records go to now; -1 before the first draw.
  std::int32_t current() const { return current_; }
  // Whether a new one is to be drawn before the next record.
  bool due(std::size_t batch_bytes) const { return current_ < 0 || bytes_ >= batch_bytes; }
  // Draws among `candidates` (at least one): evenly, or with `adaptive` by the lengths of their queues.
  void draw(const std::vector<Candidate>& candidates, bool adaptive, ports::Random& random);
  // A record of so many bytes has gone to the current one.
  void went(std::size_t bytes) { bytes_ += bytes; }

 private:
  std::int32_t current_ = -1;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::client
