#include "coordinator/partition_choice.h"

#include <gtest/gtest.h>

namespace millrace::coordinator {
namespace {

TEST(PartitionChoice, HashesAsJavaDoes) {
  EXPECT_EQ(java_string_hash(""), 0);
  EXPECT_EQ(java_string_hash("hello"), 99162322);
  EXPECT_EQ(java_string_hash("polygenelubricants"), INT32_MIN);
  EXPECT_EQ(java_string_hash("\xc3\xa4"), 0xe4);                        // U+00E4
  EXPECT_EQ(java_string_hash("\xf0\x9f\x98\x80"), 31 * 0xd83d + 0xde00);  // U+1F600 is two UTF-16 units
}

TEST(PartitionChoice, TakesTheAbsoluteValueNotTheLowBits) {
  const std::int32_t hash = java_string_hash("test-group-1");
  const std::int64_t wide = hash;
  EXPECT_EQ(partition_for("test-group-1", 50).value(), (wide < 0 ? -wide : wide) % 50);
  EXPECT_EQ(java_string_hash("zzzzzzzz") < 0, true);
  EXPECT_EQ(partition_for("zzzzzzzz", 50).value(), -static_cast<std::int64_t>(java_string_hash("zzzzzzzz")) % 50);
}

TEST(PartitionChoice, SmallestHashGoesToPartitionZero) {
  EXPECT_EQ(partition_for("polygenelubricants", 7), PartitionIndex(0));
}

}  // namespace
}  // namespace millrace::coordinator
