#include "client/settings.h"

#include <gtest/gtest.h>

#include "millrace/error_code.h"
#include "protocol/errc.h"

namespace millrace::client {
namespace {

Result<Settings> read(std::string name, std::string value, config::Scope scope = config::Scope::producer) {
  Config config;
  config.set_text("bootstrap.servers", "a:1");
  config.set_text(std::move(name), std::move(value));
  return Settings::read(scope, config);
}

TEST(Settings, DefaultsAreKafkas) {
  const auto settings = read("client.id", "x");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->whole("batch.size"), 16384);
  EXPECT_EQ(settings->millis("linger.ms"), Millis(5));
  EXPECT_EQ(settings->text("acks"), "all");
  EXPECT_TRUE(settings->flag("enable.idempotence"));
  EXPECT_FALSE(settings->optional_text("transactional.id"));
}

TEST(Settings, UnknownNameNamesTheNearestOne) {
  const auto settings = read("linger.msec", "5");
  ASSERT_FALSE(settings.ok());
  EXPECT_TRUE(settings.error().is(Cause::invalid_config));
  EXPECT_NE(settings.error().message.find("linger.ms is one"), std::string::npos) << settings.error().message;
}

TEST(Settings, WrongTypeAndRangeAreNamed) {
  for (const auto& [name, value] : {std::pair("batch.size", "many"), std::pair("batch.size", "-1"),
                                    std::pair("compression.type", "rar"), std::pair("bootstrap.servers", "a"),
                                    std::pair("compression.lz4.level", "18")}) {
    const auto settings = read(name, value);
    ASSERT_FALSE(settings.ok()) << name << "=" << value;
    EXPECT_NE(settings.error().message.find(name), std::string::npos);
    EXPECT_NE(settings.error().message.find(value), std::string::npos);
  }
}

TEST(Settings, MissingBootstrapServersAreNamed) {
  const auto settings = Settings::read(config::Scope::consumer, Config());
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.error().message.find("bootstrap.servers"), std::string::npos);
}

TEST(Settings, MechanismThatIsNotSpokenIsRefusedRatherThanIgnored) {
  Config config;
  config.set_text("bootstrap.servers", "a:1");
  config.set_text("security.protocol", "sasl_plaintext");
  auto settings = Settings::read(config::Scope::admin, config);
  ASSERT_TRUE(settings.ok());
  const auto options = cluster_options(*settings);
  ASSERT_FALSE(options.ok());
  EXPECT_NE(options.error().message.find("sasl.mechanism=GSSAPI"), std::string::npos) << options.error().message;
}

TEST(Settings, PropertiesAreReadLikeKafkasFiles) {
  Config config;
  ASSERT_TRUE(config.set_properties("# mine\nbootstrap.servers=a:1,b:2\nlinger.ms: 7\n").ok());
  const auto settings = Settings::read(config::Scope::producer, config);
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(cluster_options(*settings)->bootstrap.size(), 2u);
  EXPECT_EQ(settings->whole("linger.ms"), 7);
}

TEST(ErrorCode, PublicNumbersAreTheProtocols) {
  EXPECT_EQ(static_cast<int>(ErrorCode::share_session_limit_reached),
            static_cast<int>(protocol::Errc::share_session_limit_reached));
  EXPECT_EQ(static_cast<int>(ErrorCode::producer_fenced), static_cast<int>(protocol::Errc::producer_fenced));
  EXPECT_EQ(protocol::all_errors().size(), 135u);
}

}  // namespace
}  // namespace millrace::client
