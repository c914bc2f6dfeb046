#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void invariant_broken(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "millrace: invariant broken at %s:%d: %s\n", file, line, expression);
  std::abort();
}

}  // namespace millrace
