// The order of Kafka's tools where they go through a HashMap.
#include "cli/scripts/java_order.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::cli {
namespace {

std::vector<std::string> ordered(std::vector<std::string> names, std::size_t expected) {
  order_as_java(names, expected, [](const std::string& name) { return java_hash(name); });
  return names;
}

using Names = std::vector<std::string>;

TEST(JavaOrder, IsWhatKafkaTopicsPrints) {
  EXPECT_EQ(ordered({"a.b_c", "t1", "t2", "t3", "z"}, 5), (Names{"z", "a.b_c", "t1", "t2", "t3"}));
}

TEST(JavaOrder, OfPartitionsIsOftenTheLastFirst) {
  std::vector<std::int32_t> partitions{0, 1, 2, 3, 4};
  order_as_java(partitions, 0, [](std::int32_t partition) { return java_hash("t1", partition); });
  EXPECT_EQ(partitions, (std::vector<std::int32_t>{4, 3, 2, 1, 0}));
}

TEST(JavaOrder, DependsOnHowManyKeysThereAre) {
  EXPECT_EQ(java_buckets(0, 12), 16U);
  EXPECT_EQ(java_buckets(0, 13), 32U);
  EXPECT_EQ(java_buckets(3, 3), 4U);
  EXPECT_EQ(java_buckets(4, 4), 8U);
  EXPECT_EQ(java_buckets(1, 1), 2U);
}

}  // namespace
}  // namespace millrace::cli
