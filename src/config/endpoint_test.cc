#include "config/endpoint.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

TEST(Endpoint, ListenersAreReadAndPrinted) {
  EXPECT_EQ(parse_listener("plaintext://:9092"), (Listener{"PLAINTEXT", {"", 9092}}));
  EXPECT_EQ(parse_listener("A_B-1://host.example:0"), (Listener{"A_B-1", {"host.example", 0}}));
  EXPECT_EQ(parse_listener("X://[::1]:65535"), (Listener{"X", {"::1", 65535}}));
  EXPECT_EQ(parse_listener("X://::1:9092"), (Listener{"X", {"::1", 9092}}));
  EXPECT_EQ(parse_listener("X://[::1]:9092")->text(), "X://[::1]:9092");
  for (const auto* bad : {"", "PLAINTEXT:9092", "X://host", "X://host:", "X://host:65536", "X://host:-1", "://h:1",
                          "X://h h:1", "X://h:1x", "X://a:b:1"}) {
    EXPECT_EQ(parse_listener(bad), std::nullopt) << bad;
  }
}

TEST(Endpoint, VotersNeedAnIdAHostAndAPort) {
  EXPECT_EQ(parse_voter("1@h:9093"), (Voter{1, {"h", 9093}}));
  EXPECT_EQ(parse_voter("2147483647@[fe80::1%eth0]:1"), (Voter{2147483647, {"fe80::1%eth0", 1}}));
  for (const auto* bad : {"", "x@h:1", "1@h", "-1@h:1", "2147483648@h:1", "1@:1", "1"}) {
    EXPECT_EQ(parse_voter(bad), std::nullopt) << bad;
  }
}

TEST(Endpoint, ProtocolsAreKnownInAnyCase) {
  EXPECT_EQ(parse_security_protocol("sasl_ssl"), SecurityProtocol::sasl_ssl);
  EXPECT_EQ(parse_security_protocol("FOO"), std::nullopt);
}

TEST(Endpoint, KindsOfHosts) {
  EXPECT_EQ(host_kind("127.0.0.1"), HostKind::ipv4);
  EXPECT_EQ(host_kind("::1"), HostKind::ipv6);
  EXPECT_EQ(host_kind("256.0.0.1"), HostKind::name);
  EXPECT_EQ(host_kind("1.2.3"), HostKind::name);
  EXPECT_EQ(host_kind(""), HostKind::name);
  EXPECT_TRUE(is_wildcard("") && is_wildcard("0.0.0.0") && is_wildcard("::"));
  EXPECT_FALSE(is_wildcard("127.0.0.1"));
}

}  // namespace
}  // namespace millrace::config
