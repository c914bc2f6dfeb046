#include "runtime/random.h"

#include <sys/random.h>

#include "base/assert.h"

namespace millrace::runtime {

SystemRandom::SystemRandom() : fast_(secure()) {}

std::uint64_t SystemRandom::secure() {
  if (left_ == 0) {
    // Requests of at most 256 bytes are never cut short once the generator is seeded.
    const auto wanted = static_cast<ssize_t>(sizeof pool_);
    MR_ASSERT(::getrandom(pool_.data(), sizeof pool_, 0) == wanted);
    left_ = pool_.size();
  }
  std::uint64_t& number = pool_[--left_];
  const std::uint64_t given = number;
  number = 0;  // a number given out as a secret is not kept
  return given;
}

}  // namespace millrace::runtime
