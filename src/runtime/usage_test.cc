#include "runtime/usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace millrace::runtime {
namespace {

TEST(Usage, TellsTheCpuTimeOfAProcessAndOfNoneThatIsNotThere) {
  const auto before = cpu_us_of(::getpid());
  ASSERT_TRUE(before.has_value());
  // What both of the system's accounts say of this process is the same, but for what was used in between.
  const double seconds = process_usage().cpu_seconds;
  EXPECT_LE(static_cast<double>(*before), seconds * 1e6 + 20'000);
  EXPECT_FALSE(cpu_us_of(-1).has_value());
}

}  // namespace
}  // namespace millrace::runtime
