#include "config/server_change.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

std::string refusal(const Overrides& proposed, bool per_broker = true, const ServerLayers& current = {}) {
  const auto checked = check_server_change(proposed, per_broker, current);
  return checked.ok() ? "" : checked.error();
}

TEST(ServerChange, WhatIsFixedAtTheStartStays) {
  EXPECT_EQ(refusal({{"log.dirs", "/x"}, {"node.id", "3"}}),
            "Cannot update these configs dynamically: [log.dirs, node.id]");
}

TEST(ServerChange, TlsSettingsNameAListener) {
  EXPECT_NE(refusal({{"ssl.keystore.location", "/x"}}), "");
  EXPECT_EQ(refusal({{"listener.name.a.ssl.keystore.location", "/x"}}), "");
}

TEST(ServerChange, AValueMustBeOne) {
  EXPECT_EQ(refusal({{"log.cleaner.threads", "x"}}),
            "Invalid value x for configuration log.cleaner.threads: Not a number of type INT");
  EXPECT_EQ(refusal({{"num.io.threads", "0"}}),
            "Invalid value 0 for configuration num.io.threads: Value must be at least 1");
  EXPECT_NE(refusal({{"listener.name.a.max.connections", "x"}}), "");
}

TEST(ServerChange, UnknownNamesMayBeAPlugins) { EXPECT_EQ(refusal({{"no.such", "1"}}), ""); }

TEST(ServerChange, WhatIsOneServersOwnIsNotSetForAll) {
  EXPECT_NE(refusal({{"listener.name.a.ssl.keystore.location", "/x"}}, false), "");
  EXPECT_EQ(refusal({{"max.connections", "5"}, {"listener.name.a.max.connections", "5"}}, false), "");
}

TEST(ServerChange, ThreadsChangeByHalfOrDouble) {
  EXPECT_EQ(refusal({{"num.io.threads", "4"}}), "");
  EXPECT_EQ(refusal({{"num.io.threads", "16"}}), "");
  EXPECT_NE(refusal({{"num.io.threads", "3"}}), "");
  EXPECT_NE(refusal({{"num.io.threads", "17"}}), "");
  const Overrides now = {{"num.io.threads", "16"}};
  EXPECT_EQ(refusal({{"num.io.threads", "32"}}, true, {&now, nullptr, nullptr}), "");
  EXPECT_NE(refusal({{"log.cleaner.threads", "3"}}), "");
}

TEST(ServerChange, LocalRetentionIsWithinTheWhole) {
  EXPECT_NE(refusal({{"log.retention.ms", "100"}, {"log.local.retention.ms", "101"}}), "");
  EXPECT_EQ(refusal({{"log.retention.ms", "100"}, {"log.local.retention.ms", "100"}}), "");
  EXPECT_NE(refusal({{"log.retention.bytes", "100"}, {"log.local.retention.bytes", "-1"}}), "");
}

TEST(ServerChange, NoConnectionsPerAddressOnlyWithExceptions) {
  EXPECT_NE(refusal({{"max.connections.per.ip", "0"}}), "");
  EXPECT_EQ(refusal({{"max.connections.per.ip", "0"}, {"max.connections.per.ip.overrides", "127.0.0.1:5"}}), "");
}

Settings one_node() {
  Settings fixed;
  const auto set = [&](const char* name, const char* text) { fixed[name] = {text, Origin::file, "x:1"}; };
  set("process.roles", "broker,controller");
  set("listeners", "PLAINTEXT://:9092,CONTROLLER://:9093");
  set("advertised.listeners", "PLAINTEXT://here:9092");
  set("controller.listener.names", "CONTROLLER");
  set("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXT:PLAINTEXT");
  return fixed;
}

TEST(ServerChange, ListenersComeAndGo) {
  const Settings fixed = one_node();
  const ServerLayers running{nullptr, nullptr, &fixed};
  EXPECT_EQ(refusal({{"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093"}}, true, running), "");
  EXPECT_EQ(refusal({{"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093,EXT://:9095"}}, true, running), "");
  const Overrides more = {{"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093,EXT://:9095"}};
  EXPECT_EQ(refusal({}, true, {&more, nullptr, &fixed}), "");
}

TEST(ServerChange, ListenersMustStillFitTheOtherSettings) {
  const Settings fixed = one_node();
  const ServerLayers running{nullptr, nullptr, &fixed};
  EXPECT_NE(refusal({{"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093,UNMAPPED://:9095"}}, true, running), "");
  EXPECT_NE(refusal({{"listeners", "CONTROLLER://:9093,EXT://:9095"}}, true, running), "");
  EXPECT_NE(refusal({{"listeners", "PLAINTEXT"}}, true, running), "");
  EXPECT_NE(refusal({{"advertised.listeners", "PLAINTEXT://there:9092"}}, true, running), "");
  EXPECT_NE(refusal({{"listeners", "PLAINTEXT://:9092"}}, false, running), "");
}

TEST(ServerChange, AListenerKeepsItsProtocol) {
  const Settings fixed = one_node();
  EXPECT_EQ(refusal({{"listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT"}}, true,
                    {nullptr, nullptr, &fixed}),
            "Security protocol cannot be updated for existing listener PLAINTEXT");
}

}  // namespace
}  // namespace millrace::config
