// Arguments of scripts that have commands, read and refused as by the parser of the originals.
#include "cli/scripts/arguments.h"

#include <gtest/gtest.h>

#include <array>

namespace millrace::cli {
namespace {

constexpr auto kProgram = std::to_array<Argument>({
    {{"server", "HOST", ""}, false, Argument::Kind::text, true},
    {{"controller", "HOST", ""}, false, Argument::Kind::text, true},
});
constexpr auto kMake = std::to_array<Argument>({
    {{"cluster-id", "ID", "", false, "t"}, true},
    {{"config", "FILE", "", false, "c"}, true},
    {{"node-id", "ID", ""}, false, Argument::Kind::int32},
    {{"dry-run", "", ""}},
});
constexpr auto kCommands = std::to_array<ArgumentList>({{"make", "", kMake}, {"meet", "", {}}, {"show", "", {}}});
constexpr Grammar kGrammar{{"tool", "", kProgram, true}, kCommands};

std::string wrong(const Arguments& arguments) {
  const auto call = read_call(kGrammar, arguments);
  return call ? "nothing" : call.error().wrong;
}

TEST(ReadCall, TakesShortFormsAndValuesBehindTheirOption) {
  const auto call = read_call(kGrammar, Arguments{"--server=h:1", "make", "-tX", "-c=F", "--node", "-3", "--dry"});
  ASSERT_TRUE(call.ok()) << call.error().wrong;
  EXPECT_EQ(call->command, "make");
  EXPECT_EQ(call->options.get("server"), "h:1");
  EXPECT_EQ(call->options.get("cluster-id"), "X");
  EXPECT_EQ(call->options.get("config"), "F");
  EXPECT_EQ(call->options.get("node-id"), "-3");
  EXPECT_TRUE(call->options.has("dry-run"));
  EXPECT_EQ(read_call(kGrammar, Arguments{"--server", "h", "sh"})->command, "show");
}

TEST(ReadCall, SaysWhatIsMissing) {
  EXPECT_EQ(wrong({}), "too few arguments");
  EXPECT_EQ(wrong({"show"}), "one of the arguments --server --controller is required");
  EXPECT_EQ(wrong({"make", "-c", "f"}), "argument --cluster-id/-t is required");
  EXPECT_EQ(wrong({"make", "-c"}), "argument --config/-c: expected one argument");
  EXPECT_EQ(wrong({"make", "-c", "--dry-run"}), "argument --config/-c: expected one argument");
}

TEST(ReadCall, RefusesWhatBelongsElsewhereOrToNothing) {
  EXPECT_EQ(wrong({"show", "--server", "h"}), "unrecognized arguments: '--server'");
  EXPECT_EQ(wrong({"--server", "h", "show", "--dry-run"}), "unrecognized arguments: '--dry-run'");
  EXPECT_EQ(wrong({"--server", "h", "show", "more"}), "unrecognized arguments: 'more'");
  EXPECT_EQ(wrong({"make", "-t", "x", "-z"}), "unrecognized arguments: '-z'");
  EXPECT_EQ(wrong({"--server", "h", "--controller", "h"}), "argument --controller: not allowed with argument --server");
  EXPECT_EQ(wrong({"go"}), "invalid choice: 'go' (choose from 'make', 'meet', 'show')");
  EXPECT_EQ(wrong({"m"}), "ambiguous command: m could match make, meet");
  EXPECT_EQ(wrong({"make", "--c", "x"}), "ambiguous option: --c could match --cluster-id, --config");
  EXPECT_EQ(wrong({"make", "--node-id", "one"}),
            "argument --node-id: could not convert 'one' to Integer (For input string: \"one\")");
}

TEST(ReadCall, HelpIsAskedForAtEitherPlace) {
  const auto all = read_call(kGrammar, Arguments{"--help"});
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().wrong, "");
  EXPECT_EQ(all.error().of->name, "tool");
  const auto one = read_call(kGrammar, Arguments{"make", "-t", "x", "-h"});
  ASSERT_FALSE(one.ok());
  EXPECT_EQ(one.error().of->name, "make");
  EXPECT_NE(help_text(kGrammar, *one.error().of).find("--cluster-id ID"), std::string::npos);
}

}  // namespace
}  // namespace millrace::cli
