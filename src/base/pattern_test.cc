#include "base/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

bool matches(std::string_view expression, std::string_view text) {
  const auto pattern = Pattern::compile(expression);
  EXPECT_TRUE(pattern.ok()) << expression;
  return pattern.ok() && pattern->matches(text);
}

struct Case {
  const char* expression;
  const char* text;
  bool taken;
};

TEST(Pattern, TakesTheWholeTextOrNothing) {
  const Case cases[] = {
      {"", "", true},          {"", "a", false},           {"abc", "abc", true},       {"abc", "abcd", false},
      {"a.c", "abc", true},    {"a.c", "a\nc", false},     {"11\\.1.*", "11.1.2", true}, {"11\\.1.*", "1101", false},
      {"a|bc|d", "bc", true},  {"a|bc|d", "b", false},     {"(a|b)*c", "ababc", true}, {"(a|b)*c", "abxc", false},
      {"x?y+", "yy", true},    {"x?y+", "xxy", false},     {"[a-c]{2,3}", "abc", true}, {"[a-c]{2,3}", "a", false},
      {"[^0-9]+", "ab", true}, {"[^0-9]+", "a1", false},   {"\\d\\w\\s", "1_ ", true}, {"a{2}", "aaa", false},
      {"a{2,}", "aaaa", true}, {"(?:ab){2}", "abab", true}, {"^a$", "a", true},        {"a^b", "ab", false},
      {"[]a]+", "]a", true},   {"[a-]+", "-a", true},      {"(a*)*", "aaa", true},     {"(a|)b", "b", true},
      {"a*?b", "aab", true},   {"(a|b|c){3}d", "cabd", true}, {"((a|b)c?){2}", "acb", true},
  };
  for (const Case& c : cases) EXPECT_EQ(matches(c.expression, c.text), c.taken) << c.expression << " on " << c.text;
}

TEST(Pattern, IsFoundAnywhere) {
  const auto pattern = Pattern::compile("b+c");
  ASSERT_TRUE(pattern.ok());
  EXPECT_TRUE(pattern->found_in("aabbcd"));
  EXPECT_FALSE(pattern->found_in("aabbd"));
  EXPECT_TRUE(Pattern::compile("^a")->found_in("ab"));
  EXPECT_FALSE(Pattern::compile("^a")->found_in("ba"));
  EXPECT_TRUE(Pattern::compile("b$")->found_in("ab"));
}

TEST(Pattern, WhatIsNoExpressionIsRefused) {
  for (const char* expression : {"[bad", "(", ")", "a)", "*", "a{2", "a{x}", "a{3,2}", "[z-a]", "\\", "a|*"}) {
    const auto pattern = Pattern::compile(expression);
    ASSERT_FALSE(pattern.ok()) << expression;
    EXPECT_EQ(pattern.error(), Error::corrupt) << expression;
  }
  for (const char* expression : {"(?=a)", "(?i)a", "\\1", "\\p{L}", "[a&&b]", "[[a]]"}) {
    const auto pattern = Pattern::compile(expression);
    ASSERT_FALSE(pattern.ok()) << expression;
    EXPECT_EQ(pattern.error(), Error::unsupported) << expression;
  }
}

TEST(Pattern, NothingTakesMoreThanItsBounds) {
  EXPECT_EQ(Pattern::compile("((a{100}){100}){100}").error(), Error::too_large);
  EXPECT_EQ(Pattern::compile(std::string(5000, '(')).error(), Error::too_large);
  EXPECT_EQ(Pattern::compile("a{99999}").error(), Error::too_large);
  // What a backtracking matcher never ends on.
  EXPECT_FALSE(matches("(a*)*(a*)*(a*)*b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace millrace
