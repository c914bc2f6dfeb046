#pragma once

#include <cstdint>

#include "base/uuid.h"

namespace millrace::ports {

// Random numbers of one shard. The simulator draws all of them from its seed.
class Random {
 public:
  virtual ~Random() = default;
  // For choices that nobody may gain by guessing: jitter, placement.
  virtual std::uint64_t next() = 0;
  // For ids and secrets: from the system's generator.
  virtual std::uint64_t secure() = 0;

  Uuid uuid() {
    const std::uint64_t high = secure();
    return Uuid::from_random(high, secure());
  }
};

}  // namespace millrace::ports
