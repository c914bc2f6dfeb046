#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kColumns = std::to_array<Column>({{"thing", Type::text, "its name"}});
constexpr auto kTables = std::to_array<TableSpec>({{"things", kColumns}});
constexpr auto kOptions = std::to_array<OptionSpec>({{"other", "", "Something else"}});
constexpr Command kRemove{
    .name = "thing remove", .about = "Remove", .options = kOptions, .takes = kTakesPlan, .tables = kTables};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string contents(const File& file) {
  std::rewind(file.get());
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return text;
}

class PlanTest : public ::testing::Test {
 protected:
  // The exit code of a command that removes one thing.
  int run(const Arguments& arguments) {
    const auto options = read_options(kRemove, arguments);
    EXPECT_TRUE(options.ok());
    Call call({}, kRemove, *options, Settings(), around, console);
    const auto code = plan_ask_act(
        call, "Remove it?",
        [&]() -> Outcome<Table> {
          ++plans;
          if (!failure.empty()) return Failure{kNoConnection, failure};
          Table table(kTables[0]);
          table.add({std::string("lamp")});
          return table;
        },
        [&]() -> Outcome<int> {
          ++acts;
          return kDone;
        });
    return code ? *code : code.error().code;
  }
  void answer(std::string_view text) {
    around.in_is_terminal = true;
    std::fwrite(text.data(), 1, text.size(), in.get());
    std::rewind(in.get());
  }

  File out{std::tmpfile(), std::fclose};
  File err{std::tmpfile(), std::fclose};
  File in{std::tmpfile(), std::fclose};
  Console console{out.get(), err.get(), in.get()};
  Surroundings around;
  std::string failure;
  int plans = 0;
  int acts = 0;
};

TEST_F(PlanTest, DryRunPrintsThePlanAndDoesNothingWhateverElseIsSaid) {
  EXPECT_EQ(run({"--dry-run"}), kDone);
  EXPECT_EQ(run({"--dry-run", "--yes"}), kDone);
  EXPECT_EQ(plans, 2);
  EXPECT_EQ(acts, 0);
  EXPECT_NE(contents(out).find("lamp"), std::string::npos);
}

TEST_F(PlanTest, YesDoesItWithoutAPlan) {
  EXPECT_EQ(run({"-y"}), kDone);
  EXPECT_EQ(plans, 0);
  EXPECT_EQ(acts, 1);
}

TEST_F(PlanTest, WhereNobodyCanBeAskedItIsAFailureOfUsage) {
  EXPECT_EQ(run({}), kUsage);
  EXPECT_EQ(acts, 0);
}

TEST_F(PlanTest, APersonSeesThePlanBesideTheDataAndDecides) {
  answer("y\n");
  EXPECT_EQ(run({}), kDone);
  EXPECT_EQ(acts, 1);
  EXPECT_EQ(contents(out), "");
  const std::string asked = contents(err);
  EXPECT_NE(asked.find("lamp"), std::string::npos);
  EXPECT_NE(asked.find("Remove it? [y/N]"), std::string::npos);
}

TEST_F(PlanTest, AnythingButYesDoesNothingAndCountsAsFailed) {
  answer("\n");
  EXPECT_EQ(run({}), kSomeFailed);
  EXPECT_EQ(acts, 0);
}

TEST_F(PlanTest, APlanThatCannotBeMadeIsTheEnd) {
  failure = "no broker answers";
  answer("y\n");
  EXPECT_EQ(run({}), kNoConnection);
  EXPECT_EQ(acts, 0);
}

TEST_F(PlanTest, NothingIsDoneWhereItIsOnlyChecked) {
  const auto options = read_options(kRemove, Arguments{"--dry-run"});
  Call call({}, kRemove, *options, Settings(), around, console);
  EXPECT_EQ(done_cells(call, client::Result<int>(1)).first, Cell(false));
  const auto carried_out = read_options(kRemove, Arguments{});
  Call other({}, kRemove, *carried_out, Settings(), around, console);
  EXPECT_EQ(done_cells(other, client::Result<int>(1)).first, Cell(true));
}

}  // namespace
}  // namespace millrace::cli
