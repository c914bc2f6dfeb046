#include "client/security/sasl.h"

#include <gtest/gtest.h>

#include "client/security/jaas.h"
#include "client/security/sasl_settings.h"
#include "client/security/scram.h"

namespace millrace::client {
namespace {

SaslOptions pencil() {
  SaslOptions options;
  options.username = "user";
  options.password = "pencil";
  return options;
}

constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

TEST(Scram, ExchangeOfRfc7677IsReproduced) {
  const SaslOptions options = pencil();
  Scram scram(Digest::sha256, options, std::string(kNonce));
  EXPECT_EQ(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto proof = scram.next(kServerFirst);
  ASSERT_TRUE(proof.ok()) << proof.error().message;
  EXPECT_EQ(**proof, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  const auto end = scram.next("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  ASSERT_TRUE(end.ok()) << end.error().message;
  EXPECT_FALSE(end->has_value());
}

TEST(Scram, BrokerThatCannotProveThePasswordIsNotBelieved) {
  const SaslOptions options = pencil();
  Scram scram(Digest::sha256, options, std::string(kNonce));
  (void)scram.first();
  ASSERT_TRUE(scram.next(kServerFirst).ok());
  const auto end = scram.next("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
  ASSERT_FALSE(end.ok());
  EXPECT_TRUE(end.error().is(Cause::authentication));
  EXPECT_TRUE(end.error().fatal);
}

TEST(Scram, NonceOfAnotherExchangeIsRefused) {
  const SaslOptions options = pencil();
  Scram scram(Digest::sha256, options, "mine");
  (void)scram.first();
  EXPECT_FALSE(scram.next(kServerFirst).ok());
}

TEST(Scram, RoundsWithoutBoundAreRefused) {
  const SaslOptions options = pencil();
  Scram scram(Digest::sha256, options, std::string(kNonce));
  (void)scram.first();
  EXPECT_FALSE(scram.next("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000").ok());
}

TEST(Scram, CommaAndEqualsInANameAreEscaped) {
  SaslOptions options = pencil();
  options.username = "a,b=c";
  Scram scram(Digest::sha512, options, "n");
  EXPECT_EQ(scram.first(), "n,,n=a=2Cb=3Dc,r=n");
}

TEST(Jaas, ReadsWhatJavaWrites) {
  const auto jaas = parse_jaas(
      "org.apache.kafka.common.security.scram.ScramLoginModule required\n  username=\"al\\\"ice\" password='p w;' "
      "tokenauth=true;");
  ASSERT_TRUE(jaas.ok()) << jaas.error().message;
  EXPECT_EQ(jaas->module, "ScramLoginModule");
  EXPECT_EQ(jaas->options.at("username"), "al\"ice");
  EXPECT_EQ(jaas->options.at("password"), "p w;");
  EXPECT_EQ(jaas->options.at("tokenauth"), "true");
}

TEST(Jaas, WhatIsMissingIsNamedAndNoValueIsShown) {
  for (const char* text : {"", "Plain", "a.Plain required username=secret", "a.Plain required username;",
                           "a.Plain required username=\"secret;", "a.P required a=secret; b.P required;"}) {
    const auto jaas = parse_jaas(text);
    ASSERT_FALSE(jaas.ok()) << text;
    EXPECT_TRUE(jaas.error().is(Cause::invalid_config));
    EXPECT_EQ(jaas.error().message.find("secret"), std::string::npos);
  }
}

Result<std::shared_ptr<const SaslOptions>> options_of(std::map<std::string, std::string> values) {
  Config config;
  config.set_text("security.protocol", "SASL_PLAINTEXT");
  config.set_text("bootstrap.servers", "b0:1");
  for (auto& [name, value] : values) config.set_text(name, value);
  auto settings = Settings::read(config::Scope::admin, config);
  if (!settings) return settings.error();
  return sasl_options(*settings, nullptr);
}

TEST(SaslSettings, NameAndPasswordComeEitherWay) {
  const auto plain = options_of({{"sasl.mechanism", "PLAIN"}, {"sasl.username", "u"}, {"sasl.password", "p"}});
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_EQ((*plain)->username, "u");
  const auto jaas = options_of({{"sasl.mechanism", "SCRAM-SHA-512"},
                                {"sasl.jaas.config", "x.ScramLoginModule required username=\"u\" password=\"p\";"}});
  ASSERT_TRUE(jaas.ok()) << jaas.error().message;
  EXPECT_EQ((*jaas)->password, "p");
}

TEST(SaslSettings, MissingOrUnsuitableOnesAreNamed) {
  const auto message = [](std::map<std::string, std::string> values) {
    const auto options = options_of(std::move(values));
    return options.ok() ? std::string() : options.error().message;
  };
  EXPECT_NE(message({}).find("sasl.mechanism=GSSAPI"), std::string::npos);
  EXPECT_NE(message({{"sasl.mechanism", "PLAIN"}}).find("sasl.username"), std::string::npos);
  EXPECT_NE(message({{"sasl.mechanism", "PLAIN"}, {"sasl.jaas.config", "x.ScramLoginModule required a=b;"}})
                .find("PlainLoginModule"),
            std::string::npos);
  EXPECT_NE(message({{"sasl.mechanism", "OAUTHBEARER"}}).find("oauth_tokens"), std::string::npos);
}

TEST(Oauth, UnsecuredTokenHoldsItsClaims) {
  const auto options = options_of(
      {{"sasl.mechanism", "OAUTHBEARER"},
       {"sasl.jaas.config", "x.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"al\";"}});
  ASSERT_TRUE(options.ok()) << options.error().message;
  const auto token = (*options)->tokens->fetch(WallTime(1'000'000));
  // {"alg":"none"} . {"sub":"al","iat":1000,"exp":4600}
  EXPECT_EQ(token->value, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbCIsImlhdCI6MTAwMCwiZXhwIjo0NjAwfQ.");
}

}  // namespace
}  // namespace millrace::client
