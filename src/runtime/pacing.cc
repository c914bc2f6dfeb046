#include "runtime/pacing.h"

#include <chrono>
#include <thread>

namespace millrace::runtime {

std::int64_t steady_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

void sleep_until_us(std::int64_t at) {
  const std::int64_t wait = at - steady_us();
  if (wait > 0) std::this_thread::sleep_for(std::chrono::microseconds(wait));
}

}  // namespace millrace::runtime
