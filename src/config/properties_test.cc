#include "config/properties.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::config {
namespace {

using namespace std::string_literals;

std::string flat(std::string_view text) {
  const auto parsed = parse_properties(text);
  if (!parsed.ok()) return "line " + std::to_string(parsed.error().line) + ": " + parsed.error().reason;
  std::string result;
  for (const auto& property : parsed.value()) {
    result += std::to_string(property.line) + "[" + property.key + "|" + property.value + "]";
  }
  return result;
}

TEST(Properties, SeparatorsAreEqualsColonAndBlank) {
  EXPECT_EQ(flat("a=1\nb:2\nc 3\nd = 4\ne :5\nf\t\f6"), "1[a|1]2[b|2]3[c|3]4[d|4]5[e|5]6[f|6]");
  EXPECT_EQ(flat("a==1\nb=:2\nc  : =3"), "1[a|=1]2[b|:2]3[c|=3]");
  EXPECT_EQ(flat("listeners=PLAINTEXT://:9092"), "1[listeners|PLAINTEXT://:9092]");
  EXPECT_EQ(flat("alone\nempty="), "1[alone|]2[empty|]");
}

TEST(Properties, CommentsAndBlankLinesAreSkippedAndCounted) {
  EXPECT_EQ(flat("# one\n  ! two\n\n \t \nkey=v # no comment\n"), "5[key|v # no comment]");
  EXPECT_EQ(flat("# not continued \\\na=1"), "2[a|1]");
  EXPECT_EQ(flat(""), "");
}

TEST(Properties, EveryKindOfLineEndCounts) { EXPECT_EQ(flat("a=1\r\nb=2\rc=3\nd=4"), "1[a|1]2[b|2]3[c|3]4[d|4]"); }

TEST(Properties, BlanksAreDroppedBeforeTheValueAndKeptAfterIt) { EXPECT_EQ(flat("  a =  1  \n"), "1[a|1  ]"); }

TEST(Properties, OddBackslashesContinueALineAndEvenOnesDoNot) {
  EXPECT_EQ(flat("a=1,\\\n   2,\\\n\t3\nb=4"), "1[a|1,2,3]4[b|4]");
  EXPECT_EQ(flat("a=x\\\\\nb=y"), "1[a|x\\]2[b|y]");
  EXPECT_EQ(flat("a=x\\\\\\\ny\nb=z"), "1[a|x\\y]3[b|z]");
  EXPECT_EQ(flat("a=1\\\n# no comment\nb=2"), "1[a|1# no comment]3[b|2]");
  EXPECT_EQ(flat("\\\n# comment\n\\\nb=2"), "4[b|2]");
  EXPECT_EQ(flat("a=1\\"), "1[a|1]");
  EXPECT_EQ(flat("a=1\\\n"), "1[a|1]");
}

TEST(Properties, EscapesStandForCharacters) {
  EXPECT_EQ(flat("a\\ b\\=c\\:d=e\\=f"), "1[a b=c:d|e=f]");
  EXPECT_EQ(flat("a=\\t\\n\\r\\f\\q\\#"), "1[a|\t\n\r\fq#]");
  EXPECT_EQ(flat("a=C\\:\\\\data"), "1[a|C:\\data]");
  EXPECT_EQ(flat("a=\\u00e9\\u20AC\\u0041"), "1[a|\u00e9\u20acA]");
  EXPECT_EQ(flat("a=\\ud83d\\ude00"), "1[a|\U0001F600]");
}

TEST(Properties, BytesThatAreNotUtf8AreLatin1) {
  EXPECT_EQ(flat("a=\xe9"), "1[a|\u00e9]");
  EXPECT_EQ(flat("a=\xc3\xa9"), "1[a|\u00e9]");
  EXPECT_EQ(flat("a=\xc0\xaf"), "1[a|\u00c0\u00af]");
  EXPECT_EQ(flat("a=\xed\xa0\x80"), "1[a|\u00ed\u00a0\u0080]");
}

TEST(Properties, ErrorsNameTheLine) {
  EXPECT_EQ(flat("a=1\nb=\\u12g4\n"), "line 2: \\u needs four hexadecimal digits");
  EXPECT_EQ(flat("\n\nb=\\u12"), "line 3: \\u needs four hexadecimal digits");
  EXPECT_EQ(flat("b=\\ud83dx"), "line 1: half of a surrogate pair");
  EXPECT_EQ(flat("b=\\ude00"), "line 1: half of a surrogate pair");
  EXPECT_EQ(flat("a=1\n=2"), "line 2: a value without a name");
}

TEST(Properties, DuplicatesAreAllThereInOrder) { EXPECT_EQ(flat("a=1\nb=2\na=3"), "1[a|1]2[b|2]3[a|3]"); }

TEST(Properties, WhatIsRenderedReadsBackTheSame) {
  const std::string keys[] = {"plain", "with space", "#hash", "a=b:c", "tab\there", "back\\slash", "\u00e9"};
  const std::string values[] = {"",         " leading", "trailing ", "a=b", "C:\\dir\\", "line\nbreak\r",
                                "\x01\x7f", "#x",       "\U0001F600"};
  for (const auto& key : keys) {
    for (const auto& value : values) {
      const std::string text = "# first\n" + render_property(key, value);
      const auto parsed = parse_properties(text);
      ASSERT_TRUE(parsed.ok()) << text;
      ASSERT_EQ(parsed.value().size(), 1U) << text;
      EXPECT_EQ(parsed.value()[0], (Property{key, value, 2})) << text;
    }
  }
}

TEST(Properties, NoByteStringBreaksTheParser) {
  std::uint64_t state = 7;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text.push_back("\\u0d8=: \n\r\t#!\xe2\x82\xffxa"[(state >> 33) % 19]);
    }
    const auto parsed = parse_properties(text);
    EXPECT_TRUE(parsed.ok() || parsed.error().line > 0) << text;
  }
}

}  // namespace
}  // namespace millrace::config
