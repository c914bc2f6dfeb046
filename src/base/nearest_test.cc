#include "base/nearest.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Nearest, TheNameWithTheFewestChangesIsKeptAndNoneThatIsTooFar) {
  Nearest nearest("reteniton.ms", 4);
  nearest.offer("segment.ms");
  nearest.offer("retention.ms");
  nearest.offer("retention.bytes");
  EXPECT_EQ(nearest.best(), "retention.ms");
  Nearest none("zzzz", 2);
  none.offer("retention.ms");
  EXPECT_EQ(none.best(), "");
}

TEST(Nearest, LettersApartCountsChangesAdditionsAndRemovals) {
  EXPECT_EQ(letters_apart("", "abc"), 3U);
  EXPECT_EQ(letters_apart("abc", "axc"), 1U);
  EXPECT_EQ(letters_apart("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace millrace
