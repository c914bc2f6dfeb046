#include "cli/connect.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "millrace/producer.h"

namespace millrace::cli {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

class ConnectTest : public ::testing::Test {
 protected:
  std::string complaints() {
    std::string text(4096, '\0');
    std::rewind(err_.get());
    text.resize(std::fread(text.data(), 1, text.size(), err_.get()));
    return text;
  }

  File err_{std::tmpfile(), std::fclose};
  Console console_{stdout, err_.get(), stdin};
};

TEST_F(ConnectTest, SettingsOfOthersHaveNoEffectAndThoseOfNobodyAreNamed) {
  client::ProducerConfig config;
  add_known({{"acks", "1"}, {"process.roles", "broker"}, {"asks", "1"}}, config::Scope::producer, "FILE", console_,
            config);
  EXPECT_EQ(config.values(), (GivenSettings{{"acks", "1"}}));
  EXPECT_EQ(complaints(), "FILE: asks is not a setting of this client; it has no effect\n");
}

TEST_F(ConnectTest, TheServersOfAFileCountOnlyWhereTheOptionsNameNone) {
  const std::string path = ::testing::TempDir() + "connect_test.properties";
  std::ofstream(path) << "bootstrap.servers=localhost:1\nprocess.roles=controller\nrequest.timeout.ms=1000\n";
  constexpr auto kSpecs = std::to_array<OptionSpec>(
      {{"bootstrap-controller", "HOST:PORT", ""}, {"command-config", "FILE", ""}});
  for (const Arguments& arguments :
       {Arguments{"--command-config", path},
        Arguments{"--command-config", path, "--bootstrap-controller", "127.0.0.1:2"}}) {
    const auto options = Options::parse(kSpecs, arguments);
    ASSERT_TRUE(options.ok());
    const auto admin = connect(*options, console_);
    EXPECT_TRUE(admin.ok()) << admin.error().text;
  }
  EXPECT_EQ(complaints(), "");
}

TEST(CheckResolvable, AsksForOneServerWithAnAddress) {
  EXPECT_TRUE(check_resolvable("127.0.0.1:9092").ok());
  EXPECT_TRUE(check_resolvable("nohost.invalid:9092,[::1]:9092").ok());
  EXPECT_TRUE(check_resolvable("nohost").ok());  // the client tells
  ASSERT_FALSE(check_resolvable("nohost.invalid:9092").ok());
  EXPECT_EQ(check_resolvable("nohost.invalid:9092").error().text,
            "No resolvable bootstrap urls given in bootstrap.servers: nohost.invalid:9092");
}

}  // namespace
}  // namespace millrace::cli
