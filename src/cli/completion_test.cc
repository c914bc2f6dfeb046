#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.h"

namespace millrace::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Expected expected(const Arguments& words) { return expected_word(commands(), words); }

TEST(Completion, TheWordsOfCommandsComeFirst) {
  EXPECT_THAT(expected({""}).words, Contains("topic"));
  EXPECT_THAT(expected({"topic", ""}).words, Contains("create"));
  EXPECT_THAT(expected({"help", "topic", ""}).words, Contains("create"));
  EXPECT_THAT(expected({"nosuch", ""}).words, IsEmpty());
}

TEST(Completion, OperandsAndValuesAreKnownByTheirNamesInTheHelp) {
  EXPECT_EQ(expected({"topic", "describe", ""}).kind, "TOPIC");
  EXPECT_EQ(expected({"topic", "describe", "a", ""}).kind, "TOPIC");
  EXPECT_EQ(expected({"group", "seek", "g", "--topic", ""}).kind, "TOPIC[:PARTITIONS]");
  EXPECT_EQ(expected({"group", "seek", "-b", "h:1", ""}).kind, "GROUP");
  EXPECT_EQ(expected({"group", "seek", "g", ""}).kind, "");
}

TEST(Completion, OptionsAndTheirChoicesAreCompleted) {
  EXPECT_THAT(expected({"topic", "list", "--"}).words, Contains("--format"));
  EXPECT_THAT(expected({"topic", "list", "--format", ""}).words, ElementsAre("table", "json", "yaml", "csv"));
}

TEST(Completion, CandidatesBeginWithTheWordUnderTheCursor) {
  EXPECT_THAT(candidates(commands(), Arguments{"explain", "NOT_ENOUGH_REPLICAS_"}, {}),
              ElementsAre("NOT_ENOUGH_REPLICAS_AFTER_APPEND"));
  EXPECT_THAT(candidates(commands(), Arguments{"topic", "add"}, {}), ElementsAre("add-partitions"));
}

TEST(Completion, ThereIsAScriptForEachShellThatCallsBack) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_NE(completion_script(shell).find("completion words --"), std::string::npos) << shell;
  }
  EXPECT_EQ(completion_script("csh"), "");
}

}  // namespace
}  // namespace millrace::cli
