#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "cli/help.h"
#include "cli/program.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC"}, {"SETTING", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({{"partitions", "N", "how many", false, "p"}});
constexpr Command kCreate{.name = "topic create",
                          .about = "Create",
                          .operands = kOperands,
                          .options = kOptions,
                          .takes = kTakesFormat | kTakesPlan};
constexpr Command kTop{.name = "top", .about = "Watch"};
constexpr auto kAll = std::to_array<const Command*>({&kCreate, &kTop});

TEST(CommandLine, TheLongestNameChoosesAndTheRestIsLeft) {
  const Arguments arguments{"topic", "create", "orders"};
  const auto chosen = choose(kAll, arguments);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->command, &kCreate);
  EXPECT_EQ(chosen->used, 2U);
}

TEST(CommandLine, AWordThatIsNoneNamesTheNearest) {
  const auto wrong = choose(kAll, Arguments{"topic", "craete"});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, kUsage);
  EXPECT_NE(wrong.error().text.find("create is one"), std::string::npos);
  EXPECT_EQ(choose(kAll, Arguments{"topic"})->command, nullptr);
}

TEST(CommandLine, LettersAndGroupsOfOptionsAreRead) {
  const auto options = read_options(kCreate, Arguments{"orders", "-p", "3", "-y", "--format", "json"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->get("partitions"), "3");
  EXPECT_TRUE(options->has("yes"));
  EXPECT_EQ(options->get("format"), "json");
}

TEST(CommandLine, MissingAndSuperfluousOperandsAndWrongChoicesAreUsage) {
  for (const Arguments& arguments :
       {Arguments{}, Arguments{"a", "--format", "xml"}, Arguments{"a", "--partition", "3"}}) {
    const auto options = read_options(kCreate, arguments);
    ASSERT_FALSE(options.ok());
    EXPECT_EQ(options.error().code, kUsage);
  }
  EXPECT_NE(read_options(kCreate, Arguments{"a", "--partition", "3"}).error().text.find("--partitions is one"),
            std::string::npos);
  EXPECT_FALSE(read_options(kTop, Arguments{"what"}).ok());
  EXPECT_TRUE(read_options(kCreate, Arguments{"--help"}).ok());
}

TEST(CommandLine, HelpAsJsonIsAVersionedEnvelopeThatKnowsEveryOption) {
  const auto json = help_json(kAll);
  EXPECT_NE(json.find("\"version\": 1"), std::string::npos);
  EXPECT_NE(json.find("\"usage\": \"millrace topic create TOPIC [SETTING...] [options]\""), std::string::npos);
  EXPECT_NE(json.find("\"name\": \"dry-run\""), std::string::npos);
}

// Names, options and keys are an interface: every command must be complete and must not contradict itself.
TEST(Commands, EachHasOneMeaningPerOptionAndAnExample) {
  std::set<std::string_view> names;
  for (const Command* command : commands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    EXPECT_NE(command->run, nullptr) << command->name;
    EXPECT_FALSE(command->about.ends_with('.')) << command->name;
    EXPECT_TRUE(command->hidden || !command->examples.empty()) << command->name;
    std::set<std::string_view> options;
    for (const auto& spec : all_options(*command)) {
      EXPECT_TRUE(options.insert(spec.name).second) << command->name << " --" << spec.name;
      const bool fresh = spec.letter.empty() || options.insert(spec.letter).second;
      EXPECT_TRUE(fresh) << command->name << " -" << spec.letter;
    }
    EXPECT_EQ((command->takes & kTakesFormat) != 0, !command->tables.empty()) << command->name;
    for (const auto& table : command->tables) {
      std::set<std::string_view> columns;
      for (const auto& column : table.columns) EXPECT_TRUE(columns.insert(column.name).second) << column.name;
    }
  }
}

}  // namespace
}  // namespace millrace::cli
