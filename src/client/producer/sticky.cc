#include "client/producer/sticky.h"

#include <algorithm>

namespace millrace::client {

void StickyChoice::draw(const std::vector<Candidate>& candidates, bool adaptive, ports::Random& random) {
  bytes_ = 0;
  std::size_t longest = 0;
  for (const Candidate& candidate : candidates) longest = std::max(longest, candidate.queued);
  // A weight for each: how much shorter its queue is than the longest.
  std::uint64_t sum = 0;
  const auto weight = [&](const Candidate& candidate) {
    return adaptive ? std::uint64_t{longest} + 1 - candidate.queued : std::uint64_t{1};
  };
  for (const Candidate& candidate : candidates) sum += weight(candidate);
  std::uint64_t drawn = random.next() % sum;
  for (const Candidate& candidate : candidates) {
    const std::uint64_t share = weight(candidate);
    if (drawn < share) {
      current_ = candidate.partition;
      return;
    }
    drawn -= share;
  }
}

}  // namespace millrace::client
