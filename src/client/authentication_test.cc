#include <gtest/gtest.h>

#include <optional>

#include "client/cluster.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/sasl_authenticate.h"
#include "protocol/gen/sasl_handshake.h"

namespace millrace::client {
namespace {

using protocol::ApiKey;
using protocol::Errc;
using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;
using protocol::SaslAuthenticateRequest;
using protocol::SaslAuthenticateResponse;
using protocol::SaslHandshakeRequest;
using protocol::SaslHandshakeResponse;
using testing::ScriptedCluster;

class Tokens final : public TokenSource {
 public:
  Result<Token> fetch(WallTime) override {
    ++fetched;
    if (broken) return local_error(Cause::cancelled, "the vault is shut");
    return Token{"t" + std::to_string(fetched), {}};
  }
  int fetched = 0;
  bool broken = false;
};

// One broker whose listener demands SASL, and a client of it.
class AuthenticationTest : public ::testing::Test {
 protected:
  AuthenticationTest() {
    cluster_options.bootstrap = {ScriptedCluster::address(0)};
    sasl.username = "al";
    sasl.password = "secret";
    auto& broker = brokers.broker(0);
    broker.on<HeartbeatRequest, HeartbeatResponse>([](const auto&, std::int16_t) { return HeartbeatResponse{}; });
    broker.on<SaslHandshakeRequest, SaslHandshakeResponse>([](const SaslHandshakeRequest& request, std::int16_t) {
      SaslHandshakeResponse response;
      response.mechanisms = {"PLAIN", "OAUTHBEARER"};
      const bool known = request.mechanism == "PLAIN" || request.mechanism == "OAUTHBEARER";
      if (!known) response.error_code = protocol::to_wire(Errc::unsupported_sasl_mechanism);
      return response;
    });
    broker.on<SaslAuthenticateRequest, SaslAuthenticateResponse>(
        [this](const SaslAuthenticateRequest& request, std::int16_t) {
          heard.emplace_back(as_text(request.auth_bytes));
          SaslAuthenticateResponse response;
          response.session_lifetime_ms = lifetime_ms;
          if (!refusal.empty()) {
            response.error_code = protocol::to_wire(Errc::sasl_authentication_failed);
            response.error_message = refusal;
          }
          return response;
        });
  }
  std::shared_ptr<std::optional<Status>> beat(Millis timeout = Millis(5000)) {
    if (!cluster) {
      cluster_options.sasl = std::make_shared<const SaslOptions>(sasl);
      cluster.emplace(ports.shard(), cluster_options);
    }
    auto outcome = std::make_shared<std::optional<Status>>();
    cluster->send<HeartbeatResponse>(Target::any(), HeartbeatRequest{}, timeout,
                                     [outcome](Result<Answer<HeartbeatResponse>> answer) {
                                       outcome->emplace(answer ? Status() : Status(answer.error()));
                                     });
    return outcome;
  }

  testing::FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  ClusterOptions cluster_options;
  SaslOptions sasl;
  std::vector<std::string> heard;
  std::string refusal;
  std::int64_t lifetime_ms = 0;
  std::optional<Cluster> cluster;
};

TEST_F(AuthenticationTest, NothingIsAskedBeforeTheBrokerKnowsWhoAsks) {
  const auto outcome = beat();
  ports.run();
  ASSERT_TRUE(outcome->has_value());
  EXPECT_TRUE((*outcome)->ok());
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard.front(), std::string("\0al\0secret", 10));
}

TEST_F(AuthenticationTest, RefusedUserFailsAtOnceForGoodAndIsToldWhatToDo) {
  refusal = "Invalid username or password";
  std::optional<Error> refused;
  const auto outcome = beat(Millis(60'000));
  const auto subscription = cluster->when_refused([&](const Error& why) { refused = why; });
  ports.run();
  ASSERT_TRUE(outcome->has_value());
  ASSERT_FALSE((*outcome)->ok());
  const Error& error = (*outcome)->error();
  EXPECT_TRUE(error.is(Cause::authentication));
  EXPECT_TRUE(error.fatal);
  EXPECT_FALSE(error.retriable);
  EXPECT_NE(error.message.find("Invalid username or password"), std::string::npos);
  EXPECT_NE(error.message.find("sasl.username"), std::string::npos);
  EXPECT_EQ(error.message.find("secret"), std::string::npos);
  ASSERT_TRUE(refused.has_value());
}

TEST_F(AuthenticationTest, MechanismThatTheListenerLacksIsToldWithThoseThatItHas) {
  sasl.mechanism = SaslMechanism::scram_sha_512;
  const auto outcome = beat();
  ports.run();
  ASSERT_TRUE(outcome->has_value() && !(*outcome)->ok());
  EXPECT_NE((*outcome)->error().message.find("PLAIN, OAUTHBEARER"), std::string::npos);
}

TEST_F(AuthenticationTest, SessionIsRenewedBeforeItEndsAndBetweenRequests) {
  lifetime_ms = 10'000;
  ASSERT_TRUE((beat(), ports.run(), heard.size() == 1));
  ports.advance(Millis(8'000));
  (void)beat();
  ports.run();
  EXPECT_EQ(heard.size(), 1U);
  ports.advance(Millis(1'600));
  const auto outcome = beat();
  const auto behind = beat();
  ports.run();
  EXPECT_EQ(heard.size(), 2U);
  EXPECT_TRUE(outcome->has_value() && (*outcome)->ok());
  EXPECT_TRUE(behind->has_value() && (*behind)->ok());
  EXPECT_EQ(ports.connects, 1);
}

TEST_F(AuthenticationTest, TokensAreFetchedForEachAuthentication) {
  auto tokens = std::make_shared<Tokens>();
  sasl.mechanism = SaslMechanism::oauthbearer;
  sasl.tokens = tokens;
  lifetime_ms = 1'000;
  (void)beat();
  ports.run();
  ports.advance(Millis(2'000));
  const auto outcome = beat();
  ports.run();
  ASSERT_TRUE(outcome->has_value() && (*outcome)->ok());
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0], "n,,\x01" "auth=Bearer t1\x01\x01");
  EXPECT_EQ(heard[1], "n,,\x01" "auth=Bearer t2\x01\x01");
}

TEST_F(AuthenticationTest, SourceWithoutTokensIsQuoted) {
  auto tokens = std::make_shared<Tokens>();
  tokens->broken = true;
  sasl.mechanism = SaslMechanism::oauthbearer;
  sasl.tokens = tokens;
  const auto outcome = beat();
  ports.run();
  ASSERT_TRUE(outcome->has_value() && !(*outcome)->ok());
  EXPECT_NE((*outcome)->error().message.find("the vault is shut"), std::string::npos);
}

}  // namespace
}  // namespace millrace::client
