#include "cli/options.h"

#include <gtest/gtest.h>

#include <array>

namespace millrace::cli {
namespace {

constexpr auto kSpecs = std::to_array<OptionSpec>(
    {{"topic", "NAME", "a topic"}, {"list", "", "a flag"}, {"state", "STATES", "a value or none", true}});

TEST(Options, TakesValuesAfterABlankOrAnEqualsSignAndRepeated) {
  const auto options = Options::parse(kSpecs, Arguments{"--topic", "a", "--topic=b=c", "--list", "rest"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->all("topic"), (std::vector<std::string>{"a", "b=c"}));
  EXPECT_TRUE(options->has("list"));
  EXPECT_EQ(options->rest(), std::vector<std::string>{"rest"});
}

TEST(Options, AnOptionalValueIsLeftOutBeforeAnotherOption) {
  const auto options = Options::parse(kSpecs, Arguments{"--state", "--list"});
  ASSERT_TRUE(options.ok());
  EXPECT_TRUE(options->has("state"));
  EXPECT_FALSE(options->value("state").has_value());
  EXPECT_TRUE(options->has("list"));
}

TEST(Options, ANegativeNumberIsAValue) {
  const auto options = Options::parse(kSpecs, Arguments{"--topic", "-1"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->get("topic"), "-1");
}

TEST(Options, WhatIsNoOptionOrLacksItsValueIsRefusedInKafkasWords) {
  EXPECT_EQ(Options::parse(kSpecs, Arguments{"--bogus"}).error(), "bogus is not a recognized option");
  EXPECT_EQ(Options::parse(kSpecs, Arguments{"--topic"}).error(), "Option topic requires an argument");
  EXPECT_FALSE(Options::parse(kSpecs, Arguments{"--list=x"}).ok());
}

TEST(SplitList, CutsBlanksOffTheParts) {
  EXPECT_EQ(split_list(" a , b,c "), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(split_list("").empty());
}

}  // namespace
}  // namespace millrace::cli
