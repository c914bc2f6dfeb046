// What a command says when the cluster does not let it in: the error as the client library makes it, from the bytes of
// a broker that refuses, to exit code and text.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "cli/failure.h"
#include "client/cluster.h"
#include "client/errors.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/sasl_authenticate.h"
#include "protocol/gen/sasl_handshake.h"

namespace millrace::cli {
namespace {

using client::testing::ScriptedCluster;
using protocol::Errc;

constexpr const char* kNext = "\n  next: millrace profile show";

class NoTokens final : public client::TokenSource {
 public:
  client::Result<Token> fetch(WallTime) override {
    return client::local_error(client::Cause::invalid_config, "the vault is shut");
  }
};

// A listener that knows PLAIN and no user.
class LogIn : public ::testing::Test {
 protected:
  LogIn() {
    sasl.username = "al";
    sasl.password = "secret";
    auto& broker = brokers.broker(0);
    broker.on<protocol::SaslHandshakeRequest, protocol::SaslHandshakeResponse>(
        [](const protocol::SaslHandshakeRequest& request, std::int16_t) {
          protocol::SaslHandshakeResponse response;
          response.mechanisms = {"PLAIN", "OAUTHBEARER"};
          const bool known = request.mechanism == "PLAIN" || request.mechanism == "OAUTHBEARER";
          if (!known) response.error_code = protocol::to_wire(Errc::unsupported_sasl_mechanism);
          return response;
        });
    broker.on<protocol::SaslAuthenticateRequest, protocol::SaslAuthenticateResponse>(
        [](const protocol::SaslAuthenticateRequest&, std::int16_t) {
          protocol::SaslAuthenticateResponse response;
          response.error_code = protocol::to_wire(Errc::sasl_authentication_failed);
          response.error_message = "Invalid username or password";
          return response;
        });
  }
  // What a command ends with that asks this cluster anything.
  Failure refusal() {
    client::ClusterOptions options;
    options.bootstrap = {ScriptedCluster::address(0)};
    options.sasl = std::make_shared<const client::SaslOptions>(sasl);
    std::optional<client::Error> why;
    client::Cluster cluster(ports.shard(), options);
    cluster.send<protocol::HeartbeatResponse>(
        client::Target::any(), protocol::HeartbeatRequest{}, Millis(5000),
        [&why](client::Result<client::Answer<protocol::HeartbeatResponse>> answer) {
          if (!answer) why = answer.error();
        });
    ports.run();
    EXPECT_TRUE(why.has_value());
    return why ? failure_with_step(*why) : Failure{kDone, ""};
  }

  client::testing::FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  client::SaslOptions sasl;
};

TEST_F(LogIn, AWrongPasswordEndsWithCodeThreeAndNamesTheSettingsButNotThePassword) {
  const Failure failure = refusal();
  EXPECT_EQ(failure.code, kNoConnection);
  EXPECT_NE(failure.text.find("Invalid username or password"), std::string::npos) << failure.text;
  EXPECT_NE(failure.text.find("sasl.username"), std::string::npos) << failure.text;
  EXPECT_TRUE(failure.text.ends_with(kNext)) << failure.text;
  EXPECT_EQ(failure.text.find("secret"), std::string::npos) << failure.text;
}

TEST_F(LogIn, AMechanismThatTheListenerLacksIsToldWithThoseThatItHas) {
  sasl.mechanism = client::SaslMechanism::scram_sha_512;
  const Failure failure = refusal();
  EXPECT_EQ(failure.code, kNoConnection);
  EXPECT_NE(failure.text.find("PLAIN, OAUTHBEARER"), std::string::npos) << failure.text;
  EXPECT_NE(failure.text.find("sasl.mechanism"), std::string::npos) << failure.text;
  EXPECT_TRUE(failure.text.ends_with(kNext)) << failure.text;
}

TEST_F(LogIn, WithoutATokenItSaysWhy) {
  sasl.mechanism = client::SaslMechanism::oauthbearer;
  sasl.tokens = std::make_shared<NoTokens>();
  const Failure failure = refusal();
  EXPECT_EQ(failure.code, kNoConnection);
  EXPECT_NE(failure.text.find("the vault is shut"), std::string::npos) << failure.text;
}

TEST(Failures, HaveAnExitCodeByTheirCause) {
  const auto code = [](client::Cause cause) { return failure_of(client::local_error(cause, "x")).code; };
  EXPECT_EQ(code(client::Cause::network), kNoConnection);
  EXPECT_EQ(code(client::Cause::authentication), kNoConnection);
  EXPECT_EQ(code(client::Cause::timed_out), kTimedOut);
  EXPECT_EQ(code(client::Cause::invalid_config), kUsage);
  EXPECT_EQ(code(client::Cause::invalid_argument), kUsage);
  EXPECT_EQ(failure_of(client::broker_error(Errc::topic_authorization_failed, "x")).code, kSomeFailed);
}

}  // namespace
}  // namespace millrace::cli
