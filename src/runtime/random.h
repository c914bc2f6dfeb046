#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/prng.h"
#include "ports/random.h"

namespace millrace::runtime {

// Numbers from the system's generator: a seed for next(), and secure() itself, fetched some at a time.
class SystemRandom final : public ports::Random {
 public:
  SystemRandom();
  std::uint64_t next() override { return fast_.next(); }
  std::uint64_t secure() override;

 private:
  std::array<std::uint64_t, 32> pool_{};
  std::size_t left_ = 0;  // numbers of pool_ that were not given out
  Prng fast_;
};

}  // namespace millrace::runtime
