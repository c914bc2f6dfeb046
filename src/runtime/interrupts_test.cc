#include "runtime/interrupts.h"

#include <gtest/gtest.h>

namespace millrace::runtime {
namespace {

TEST(Interrupts, ASignalIsToldInsteadOfEndingTheProcess) {
  Interrupts interrupts;
  EXPECT_FALSE(interrupts.asked());
  ::pthread_kill(::pthread_self(), SIGINT);
  EXPECT_TRUE(interrupts.asked());
  EXPECT_TRUE(interrupts.asked());
}

TEST(Interrupts, ASecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        Interrupts interrupts;
        for (int i = 0; i < 2; ++i) {
          ::pthread_kill(::pthread_self(), SIGTERM);
          interrupts.asked();
        }
      },
      ::testing::ExitedWithCode(128 + SIGTERM), "");
}

}  // namespace
}  // namespace millrace::runtime
