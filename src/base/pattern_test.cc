#include "base/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

TEST(Pattern, TakesTheWholeTextOrNothing) {
  const auto pattern = Pattern::compile("orders\\..*|pay[a-z]{3,5}s?");
  ASSERT_TRUE(pattern.ok());
  for (const char* text : {"orders.", "orders.eu", "payments", "payrol"}) EXPECT_TRUE(pattern->matches(text)) << text;
  for (const char* text : {"orders", "my.orders.eu", "payments2", ""}) EXPECT_FALSE(pattern->matches(text)) << text;
  EXPECT_TRUE(Pattern::compile("")->matches(""));
  EXPECT_TRUE(Pattern::compile("^(?i)a.$")->matches("A\u00e4")) << "a letter, not a byte";
}

TEST(Pattern, WhatIsNoExpressionIsRefusedAndToldWhy) {
  for (const char* expression : {"[bad", "(", "a)", "*", "a{3,2}", "[z-a]", "\\", "a|*", "(?=a)", "\\1", "\xff"}) {
    std::string why;
    const auto pattern = Pattern::compile(expression, &why);
    ASSERT_FALSE(pattern.ok()) << expression;
    EXPECT_EQ(pattern.error(), Error::corrupt) << expression;
    EXPECT_FALSE(why.empty()) << expression;
  }
}

TEST(Pattern, NothingTakesMoreThanItsBounds) {
  EXPECT_EQ(Pattern::compile("((\\pL{10}){10}){10}").error(), Error::too_large);
  EXPECT_FALSE(Pattern::compile("((a{100}){100}){100}").ok());
  // What a backtracking matcher never ends on.
  EXPECT_FALSE(Pattern::compile("(a*)*(a*)*(a*)*b")->matches(std::string(2000, 'a')));
}

}  // namespace
}  // namespace millrace
