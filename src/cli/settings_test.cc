#include "cli/settings.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/command_line.h"
#include "cli/profile.h"

namespace millrace::cli {
namespace {

constexpr Command kCommand{.name = "x", .about = "x", .takes = kTakesCluster | kTakesFormat};

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "millrace-settings-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    around_.environment["XDG_CONFIG_HOME"] = pattern;
  }
  Outcome<Settings> gather(const Arguments& arguments) {
    const auto options = read_options(kCommand, arguments);
    EXPECT_TRUE(options.ok());
    return gather_settings(*options, around_, warnings_);
  }
  Setting servers(const Arguments& arguments) { return gather(arguments)->at("bootstrap.servers"); }

  Surroundings around_;
  std::string warnings_;
};

TEST_F(SettingsTest, TheNearestCounts) {
  EXPECT_EQ(servers({}).origin, "default");
  ASSERT_TRUE(write_profile(around_, "local", {{"bootstrap.servers", "p:1"}, {"format", "json"}}).ok());
  ASSERT_TRUE(use_profile(around_, "local").ok());
  EXPECT_EQ(servers({}).value, "p:1");
  EXPECT_EQ(servers({}).origin, "profile local");
  around_.environment["MILLRACE_BOOTSTRAP_SERVERS"] = "e:1";
  EXPECT_EQ(servers({}).value, "e:1");
  EXPECT_EQ(servers({"-X", "bootstrap.servers=x:1"}).value, "x:1");
  EXPECT_EQ(servers({"-X", "bootstrap.servers=x:1", "-b", "f:1"}).value, "f:1");
  EXPECT_EQ(gather({})->at("format").value, "json");
}

TEST_F(SettingsTest, ControllersThatAreNamedNearerStandInForServersAndTheOtherWayRound) {
  const auto named = [&](const Arguments& arguments) {
    std::string text;
    const auto gathered = gather(arguments);
    for (const auto& [name, setting] : *gathered) {
      if (name.starts_with("bootstrap.")) text += name + "=" + setting.value + " ";
    }
    return text;
  };
  around_.environment["MILLRACE_BOOTSTRAP_SERVERS"] = "e:1";
  EXPECT_EQ(named({"--bootstrap-controller", "c:1"}), "bootstrap.controllers=c:1 ");
  EXPECT_EQ(named({"-X", "bootstrap.controllers=x:1"}), "bootstrap.controllers=x:1 ");
  EXPECT_EQ(named({"-X", "bootstrap.controllers=x:1", "-b", "f:1"}), "bootstrap.servers=f:1 ");
  EXPECT_EQ(named({"-b", "f:1", "--bootstrap-controller", "c:1"}), "bootstrap.controllers=c:1 bootstrap.servers=f:1 ")
      << "of one place both are kept, which the client refuses";
  around_.environment.erase("MILLRACE_BOOTSTRAP_SERVERS");
  ASSERT_TRUE(write_profile(around_, "local", {{"bootstrap.controllers", "p:1"}}).ok());
  ASSERT_TRUE(use_profile(around_, "local").ok());
  EXPECT_EQ(named({}), "bootstrap.controllers=p:1 ");
  EXPECT_EQ(named({"-b", "f:1"}), "bootstrap.servers=f:1 ");
}

TEST_F(SettingsTest, AnUnknownSettingIsRefusedOnTheCommandLineAndNamedOtherwise) {
  const auto wrong = gather({"-X", "bootstrap.server=x:1"});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, kUsage);
  EXPECT_NE(wrong.error().text.find("bootstrap.servers is one"), std::string::npos);
  ASSERT_TRUE(write_profile(around_, "odd", {{"no.such", "1"}}).ok());
  EXPECT_TRUE(gather({"--profile", "odd"}).ok());
  EXPECT_NE(warnings_.find("no.such is not a client setting"), std::string::npos);
}

TEST_F(SettingsTest, AProfileThatIsNotThereIsAFailureOfUsage) {
  EXPECT_EQ(gather({"--profile", "none"}).error().code, kUsage);
  EXPECT_EQ(gather({"--profile", "../x"}).error().code, kUsage);
}

TEST_F(SettingsTest, ATimeoutIsATimeWithAUnit) {
  EXPECT_EQ(gather({"--timeout", "2m"})->at("default.api.timeout.ms").value, "120000");
  EXPECT_FALSE(gather({"--timeout", "2"}).ok());
}

}  // namespace
}  // namespace millrace::cli
