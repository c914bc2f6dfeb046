#include "cli/scripts/script.h"

#include <gtest/gtest.h>

#include <array>

#include "cli/scripts/partition_filter.h"

namespace millrace::cli {
namespace {

TEST(FindScript, TakesTheNameWithFoldersAndEnding) {
  EXPECT_NE(find_script("kafka-topics"), nullptr);
  EXPECT_EQ(find_script("/opt/kafka/bin/kafka-topics.sh"), find_script("kafka-topics"));
  EXPECT_EQ(find_script("millrace"), nullptr);
  EXPECT_EQ(find_script("kafka"), nullptr);
}

TEST(Included, MatchesWholeNamesByAnyExpressionOfAList) {
  EXPECT_TRUE(included("orders|a.*", "abc"));
  EXPECT_TRUE(included("x, orders", "orders"));
  EXPECT_FALSE(included("order", "orders"));
  EXPECT_FALSE(included("a[", "b"));
}

TEST(NotANumber, NamesTheFirstOptionWhoseValueIsNone) {
  constexpr auto kSpecs = std::to_array<OptionSpec>({{"a", "N", ""}, {"b", "N", ""}, {"c", "N", "", true}});
  const Arguments arguments{"--a", "-7", "--b", "10MB", "--c"};
  const auto options = Options::parse(kSpecs, arguments);
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(not_a_number(*options, {"a", "b"}), "Cannot parse argument '10MB' of option b");
  EXPECT_EQ(not_a_number(*options, {"a", "c", "d"}), std::nullopt);
}

TEST(PartitionFilter, TakesNumbersRangesAndAll) {
  const auto filter = PartitionFilter::parse("orders:0-2,a.*,x:7,y:-1,z:3-");
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(filter->includes({"orders", 1}));
  EXPECT_FALSE(filter->includes({"orders", 2}));
  EXPECT_TRUE(filter->includes({"abc", 9}));
  EXPECT_TRUE(filter->includes({"x", 7}));
  EXPECT_FALSE(filter->includes({"x", 8}));
  EXPECT_FALSE(filter->includes({"y", 1}));
  EXPECT_TRUE(filter->includes({"z", 4}));
  EXPECT_FALSE(PartitionFilter::parse("orders:b").ok());
}

TEST(JavaName, IsMadeFromTheNameOfTheCode) {
  client::Error error;
  error.code = client::ErrorCode::group_id_not_found;
  EXPECT_EQ(java_name(error), "org.apache.kafka.common.errors.GroupIdNotFoundException");
  error.code = client::ErrorCode::invalid_topic_exception;
  EXPECT_EQ(java_name(error), "org.apache.kafka.common.errors.InvalidTopicException");
}

}  // namespace
}  // namespace millrace::cli
