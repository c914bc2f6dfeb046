#include "cli/commands/parts.h"

#include <gtest/gtest.h>

namespace millrace::cli {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

TEST(Positions, AreReadInTheirSixForms) {
  const auto read = [](std::string_view text) { return parse_position(text, kNow); };
  EXPECT_EQ(read("start")->kind, Position::Kind::start);
  EXPECT_EQ(read("end")->kind, Position::Kind::end);
  EXPECT_EQ(read("42")->kind, Position::Kind::offset);
  EXPECT_EQ(read("-5")->kind, Position::Kind::relative);
  EXPECT_EQ(read("-5")->value, -5);
  EXPECT_EQ(read("+5")->value, 5);
  EXPECT_EQ(read("@-1h")->value, kNow - 3'600'000);
  EXPECT_EQ(read("@1500")->value, 1500);
  EXPECT_EQ(read("@1970-01-02")->value, 86'400'000);
  for (const char* wrong : {"", "@", "+", "+-5", "@yesterday", "first"}) EXPECT_FALSE(read(wrong).ok()) << wrong;
}

TEST(Resources, HaveAKindAndAName) {
  EXPECT_EQ(parse_resource("topic/orders")->name, "orders");
  EXPECT_EQ(parse_resource("broker")->type, client::ConfigResourceType::broker);
  EXPECT_EQ(parse_resource("broker")->name, "");
  EXPECT_EQ(resource_text(*parse_resource("client-metrics/a")), "client-metrics/a");
  for (const char* wrong : {"orders", "topic", "topic/", "/a"}) EXPECT_FALSE(parse_resource(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace millrace::cli
