#include "runtime/clock.h"

#include <ctime>

namespace millrace::runtime {

MonoTime TurnClock::read() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return MonoTime(time.tv_sec * 1'000'000'000 + time.tv_nsec);
}

void TurnClock::sample() {
  now_ = read();
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  wall_ = WallTime(time.tv_sec * 1000 + time.tv_nsec / 1'000'000);
}

}  // namespace millrace::runtime
