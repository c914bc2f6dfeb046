#include "base/ascii.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(SameButForCase, LooksAwayFromTheCaseOfLettersOnly) {
  EXPECT_TRUE(same_but_for_case("Controller", "cONTROLLER"));
  EXPECT_TRUE(same_but_for_case("", ""));
  EXPECT_FALSE(same_but_for_case("a", "ab"));
  EXPECT_FALSE(same_but_for_case("[", "{"));
  EXPECT_FALSE(same_but_for_case("\xc4", "\xe4"));
}

}  // namespace
}  // namespace millrace
