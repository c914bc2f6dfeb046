#include "config/server_config.h"

#include <gtest/gtest.h>

#include <utility>

namespace millrace::config {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A combined node's file with some lines changed; "-" takes a line out.
Settings combined(const Pairs& changes) {
  Settings settings;
  for (const auto& [name, value] : Pairs{{"process.roles", "broker,controller"}, {"node.id", "1"},
                                         {"controller.quorum.voters", "1@127.0.0.1:9093"},
                                         {"listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"},
                                         {"controller.listener.names", "CONTROLLER"}}) {
    settings[name] = {value, Origin::file, "f:1"};
  }
  for (const auto& [name, value] : changes) {
    if (value == "-") {
      settings.erase(name);
    } else {
      settings[name] = {value, Origin::file, "f:9"};
    }
  }
  return settings;
}
// "" when the start is allowed, else the line that says why not.
std::string refusal(const Pairs& changes) {
  const auto config = read_server_config(combined(changes));
  return config.ok() ? "" : config.error();
}
ServerConfig accepted(const Pairs& changes) {
  auto config = read_server_config(combined(changes));
  EXPECT_TRUE(config.ok()) << config.error();
  return config.ok() ? std::move(config).value() : ServerConfig();
}

TEST(ServerConfig, KafkasDefaultsHoldWithAFile) {
  const auto config = accepted({});
  EXPECT_EQ(config.node_id, NodeId(1));
  EXPECT_TRUE(config.is_broker && config.is_controller);
  EXPECT_EQ(config.log_dirs, std::vector<std::string>{"/tmp/kafka-logs"});
  EXPECT_EQ(config.metadata_log_dir, "/tmp/kafka-logs");
  EXPECT_EQ(config.network.inter_broker_listener, "PLAINTEXT");
  EXPECT_EQ(config.network.max_request_bytes, 104857600);
  EXPECT_EQ(config.network.idle_timeout, Millis(600000));
  EXPECT_EQ(config.groups.offsets_topic_partitions, 50);
  EXPECT_EQ(config.groups.offsets_topic_replication_factor, 3);
  EXPECT_EQ(config.groups.offsets_retention, Millis(604800000));
  EXPECT_EQ(config.groups.initial_rebalance_delay, Millis(3000));
  EXPECT_EQ(config.topics.fetch_max_bytes, 57671680);
  EXPECT_EQ(config.quorum.voters, (std::vector<Voter>{{1, {"127.0.0.1", 9093}}}));
  EXPECT_EQ(config.quorum.segment_bytes, 1073741824);
  EXPECT_EQ(config.io_backend, IoBackend::any);
  EXPECT_EQ(config.shards, 0);
  EXPECT_EQ(config.rack, std::nullopt);
}

TEST(ServerConfig, OfSocketsOnlyWhatIsNotKafkasDefaultCounts) {
  const auto spelled_out = accepted({{"socket.send.buffer.bytes", "102400"}, {"socket.receive.buffer.bytes", "-1"}});
  EXPECT_EQ(spelled_out.network.send_buffer_bytes, std::nullopt);
  EXPECT_EQ(spelled_out.network.receive_buffer_bytes, std::nullopt);
  EXPECT_EQ(spelled_out.network.backlog, std::nullopt);
  const auto own = accepted({{"socket.send.buffer.bytes", "65536"}, {"socket.receive.buffer.bytes", "1048576"},
                             {"socket.listen.backlog.size", "100"}});
  EXPECT_EQ(own.network.send_buffer_bytes, 65'536);
  EXPECT_EQ(own.network.receive_buffer_bytes, 1'048'576);
  EXPECT_EQ(own.network.backlog, 100);
}

TEST(ServerConfig, ListenersAreSortedByUseAndAdvertised) {
  const auto config =
      accepted({{"listeners", "plaintext://:9092,IN://h:9094,CONTROLLER://:9093"},
                {"advertised.listeners", "IN://a:1,PLAINTEXT://b:1"},
                {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,in:plaintext,CONTROLLER:PLAINTEXT"},
                {"inter.broker.listener.name", "IN"}});
  EXPECT_EQ(config.network.broker_listeners, (std::vector<Listener>{{"PLAINTEXT", {"", 9092}}, {"IN", {"h", 9094}}}));
  EXPECT_EQ(config.network.controller_listeners, (std::vector<Listener>{{"CONTROLLER", {"", 9093}}}));
  EXPECT_EQ(config.network.advertised, (std::vector<Listener>{{"IN", {"a", 1}}, {"PLAINTEXT", {"b", 1}}}));
  EXPECT_EQ(config.network.advertised_controllers, (std::vector<Listener>{{"CONTROLLER", {"", 9093}}}));
  EXPECT_EQ(config.network.inter_broker_listener, "IN");
}

TEST(ServerConfig, SourcesAndValuesAreKept) {
  const auto config = accepted({{"log.flush.interval.messages", "9223372036854775807"}, {"broker.rack", " r1 "}});
  ASSERT_NE(config.given("log.flush.interval.messages"), nullptr);
  EXPECT_EQ(config.given("log.flush.interval.messages")->place, "f:9");
  EXPECT_EQ(config.given("log.flush.interval.ms"), nullptr);
  EXPECT_EQ(std::get<std::int64_t>(config.value("num.io.threads")), 8);
  EXPECT_EQ(config.rack, "r1");
}

TEST(ServerConfig, ARefusalNamesPlaceSettingValueAndWhatIsAllowed) {
  EXPECT_EQ(refusal({{"num.partitions", "0"}}),
            "f:9: num.partitions=0 is not allowed: must be a whole number from 1 to 2147483647");
  EXPECT_EQ(refusal({{"controlled.shutdown.enable", "maybe"}}),
            "f:9: controlled.shutdown.enable=maybe is not allowed: must be true or false");
  EXPECT_EQ(refusal({{"millrace.io.backend", "kqueue"}}),
            "f:9: millrace.io.backend=kqueue is not allowed: must be one of auto, io_uring, epoll");
  EXPECT_EQ(refusal({{"node.id", "-"}}), "node.id is not set: it must be a whole number from 0 to 2147483647");
  EXPECT_EQ(refusal({{"listeners", "PLAINTEXT://h:99999,CONTROLLER://:9093"}}),
            "f:9: listeners=PLAINTEXT://h:99999,CONTROLLER://:9093 is not allowed: PLAINTEXT://h:99999 must be "
            "NAME://host:port, with a port from 0 to 65535");
}

TEST(ServerConfig, OfTwoSettingsThatDisagreeTheOneThatWasSetIsNamed) {
  EXPECT_EQ(refusal({{"group.consumer.session.timeout.ms", "1"}}),
            "f:9: group.consumer.session.timeout.ms=1 is not allowed: it must be at least "
            "group.consumer.min.session.timeout.ms, which is 45000");
  EXPECT_EQ(refusal({{"replica.fetch.wait.max.ms", "50000"}}),
            "f:9: replica.fetch.wait.max.ms=50000 is not allowed: it must be at most replica.socket.timeout.ms, which "
            "is 30000");
}

TEST(ServerConfig, BrokerIdIsAnOlderNameOfNodeId) {
  EXPECT_EQ(accepted({{"node.id", "-"}, {"broker.id", "2"}, {"controller.quorum.voters", "2@h:1"}}).node_id, NodeId(2));
  EXPECT_EQ(refusal({{"broker.id", "2"}}),
            "f:9: broker.id=2 is not allowed: it must be the same as node.id, which is 1");
  EXPECT_EQ(refusal({{"broker.id", "1"}}), "");
}

// All of these were tried on Kafka 4.3.1: it starts with these, and refuses those in the tests that follow.
TEST(ServerConfig, WhatKafkaAcceptsIsAccepted) {
  const std::vector<Pairs> all{
      {{"listeners", "PLAINTEXT://:0,CONTROLLER://:0"}},
      {{"listeners", "PLAINTEXT://[::1]:9092,CONTROLLER://:9093"}},
      {{"listeners", "PLAINTEXT://127.0.0.1:9092,PLAINTEXT2://[::1]:9092,CONTROLLER://:9093"},
       {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,PLAINTEXT2:PLAINTEXT,CONTROLLER:PLAINTEXT"}},
      {{"listeners", "PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093"}, {"advertised.listeners", "PLAINTEXT://h:1"}},
      {{"advertised.listeners", "PLAINTEXT://h:1,CONTROLLER://h:2"}},
      {{"inter.broker.listener.name", "plaintext"}},
      {{"controller.quorum.voters", "-"}, {"controller.quorum.bootstrap.servers", "h:1"}},
      {{"controller.quorum.bootstrap.servers", "h:1"}},
      {{"controller.quorum.voters", "1@0.0.0.0:0"}},
      {{"controller.quorum.voters", "1@127.0.0.1:9093,1@h:3"}},
      {{"process.roles", "broker"}, {"controller.quorum.voters", "3@127.0.0.1:9093"}, {"listeners", "PLAINTEXT://:1"}},
      {{"process.roles", "broker"}, {"controller.quorum.voters", "3@127.0.0.1:9093"}, {"listeners", "-"}},
      {{"process.roles", "controller"}, {"listeners", "CONTROLLER://:1"}},
      {{"process.roles", "controller"}, {"listeners", "CONTROLLER://:1"}, {"advertised.listeners", "CONTROLLER://h:1"}},
      {{"log.dirs", "a,a"}}, {{"log.dirs", "a,b"}, {"metadata.log.dir", "c"}}, {{"log.dirs", " a , b "}},
      {{"max.connections.per.ip.overrides", " 127.0.0.1 : 5 , h:3 "}},
      {{"max.connections.per.ip", "0"}, {"max.connections.per.ip.overrides", "127.0.0.1:5"}},
      {{"log.retention.ms", "-1"}, {"log.retention.hours", "0"}}, {{"log.retention.ms", "-2"}},
      {{"log.cleanup.policy", ""}}, {{"queued.max.request.bytes", "0"}}, {{"group.initial.rebalance.delay.ms", "-5"}},
      {{"connections.max.idle.ms", "-1"}}, {{"log.retention.bytes", "-5"}}, {{"transaction.state.log.min.isr", "9"}},
      {{"sasl.enabled.mechanisms", "PLAIN"}}, {{"socket.receive.buffer.bytes", "-1"}}, {{"broker.rack", ""}},
      {{"group.max.session.timeout.ms", "1"}}, {{"socket.request.max.bytes", "5"}}};
  for (const auto& changes : all) {
    EXPECT_EQ(refusal(changes), "");
  }
}

void expect_all_refused(const std::vector<Pairs>& all) {
  for (const auto& changes : all) {
    const std::string line = refusal(changes);
    EXPECT_NE(line, "") << changes.front().first << "=" << changes.front().second;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
}

TEST(ServerConfig, RolesAndQuorumsThatKafkaRefusesAreRefused) {
  expect_all_refused({
      {{"node.id", "-1"}}, {{"node.id", "x"}}, {{"process.roles", "-"}}, {{"process.roles", ""}},
      {{"process.roles", "bro"}}, {{"process.roles", "broker"}}, {{"process.roles", "controller"}},
      {{"controller.quorum.voters", "-"}}, {{"controller.quorum.voters", ""}},
      {{"controller.quorum.voters", "2@h:9093"}}, {{"controller.quorum.voters", "x@h:1"}},
      {{"controller.quorum.voters", "1@h"}},
      {{"controller.quorum.voters", "-"}, {"controller.quorum.bootstrap.servers", "h"}},
      {{"process.roles", "broker"}, {"listeners", "PLAINTEXT://:1"}},
      {{"process.roles", "broker"}, {"controller.quorum.voters", "3@127.0.0.1:9093"}},
      {{"process.roles", "controller"}, {"listeners", "CONTROLLER://:1"}, {"controller.quorum.voters", "3@h:1"}},
      {{"process.roles", "controller"}, {"listeners", "PLAINTEXT://:2,CONTROLLER://:1"}}});
}

TEST(ServerConfig, ListenersThatKafkaRefusesAreRefused) {
  expect_all_refused({
      {{"controller.listener.names", "-"}}, {{"controller.listener.names", ""}},
      {{"controller.listener.names", "FOO"}}, {{"controller.listener.names", "PLAINTEXT"}},
      {{"controller.listener.names", "CONTROLLER,PLAINTEXT"}}, {{"listeners", "PLAINTEXT://127.0.0.1:9092"}},
      {{"listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9092"}},
      {{"listeners", "PLAINTEXT://127.0.0.1:9092,PLAINTEXT://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093"}},
      {{"listeners", "FOO://127.0.0.1:9092,CONTROLLER://:9093"}}, {{"listeners", ""}}, {{"listeners", "-"}},
      {{"listeners", "PLAINTEXT:9092"}}, {{"listeners", "PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093"}},
      {{"advertised.listeners", "PLAINTEXT://0.0.0.0:9092"}}, {{"advertised.listeners", "FOO://h:1"}},
      {{"advertised.listeners", "SSL://h:1"}}, {{"advertised.listeners", "CONTROLLER://h:1"}},
      {{"advertised.listeners", ""}}, {{"advertised.listeners", "PLAINTEXT://h:1,SSL://h:2"}},
      {{"advertised.listeners", "PLAINTEXT://h:1,PLAINTEXT://h:2"}},
      {{"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT"}},
      {{"listener.security.protocol.map", "PLAINTEXT:FOO,CONTROLLER:PLAINTEXT"}},
      {{"listener.security.protocol.map", "PLAINTEXT"}}, {{"inter.broker.listener.name", "FOO"}},
      {{"inter.broker.listener.name", "CONTROLLER"}},
      {{"inter.broker.listener.name", "PLAINTEXT"}, {"security.inter.broker.protocol", "PLAINTEXT"}},
      {{"security.inter.broker.protocol", "SSL"}}, {{"early.start.listeners", "FOO"}}});
}

TEST(ServerConfig, OtherValuesThatKafkaRefusesAreRefused) {
  expect_all_refused({
      {{"log.dirs", ""}}, {{"log.dirs", "a,,b"}}, {{"log.dir", ""}}, {{"max.connections.per.ip.overrides", "h"}},
      {{"max.connections.per.ip.overrides", "h:x"}}, {{"max.connections.per.ip", "0"}},
      {{"log.segment.bytes", "1"}}, {{"log.retention.ms", "0"}}, {{"log.retention.hours", "0"}},
      {{"log.retention.minutes", "0"}}, {{"log.roll.ms", "0"}}, {{"log.roll.hours", "0"}},
      {{"log.roll.jitter.ms", "-1"}}, {{"queued.max.request.bytes", "5"}},
      {{"offsets.topic.compression.codec", "9"}}, {{"replica.fetch.wait.max.ms", "50000"}},
      {{"replica.socket.timeout.ms", "1"}},
      {{"replica.fetch.wait.max.ms", "30001"}, {"replica.socket.timeout.ms", "50000"}},
      {{"group.coordinator.rebalance.protocols", "consumer"}}, {{"log.cleaner.threads", "0"}},
      {{"log.cleaner.dedupe.buffer.size", "1"}}, {{"group.consumer.session.timeout.ms", "1"}},
      {{"group.consumer.min.session.timeout.ms", "70000"}},
      {{"group.consumer.session.timeout.ms", "10"}, {"group.consumer.min.session.timeout.ms", "5"}},
      {{"group.consumer.heartbeat.interval.ms", "99999"}}, {{"group.consumer.min.assignment.interval.ms", "99999"}},
      {{"group.share.max.share.sessions", "5"}}, {{"group.share.partition.max.record.locks", "9999"}},
      {{"group.streams.num.standby.replicas", "9"}}, {{"group.streams.heartbeat.interval.ms", "99999"}}});
}

TEST(ServerConfig, NothingButPlaintextStarts) {
  EXPECT_EQ(
      refusal({{"listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT"}}),
      "f:9: listener.security.protocol.map=PLAINTEXT:SSL,CONTROLLER:PLAINTEXT is not allowed: listener PLAINTEXT is "
      "mapped to SSL, and only PLAINTEXT is built");
  EXPECT_NE(refusal({{"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"}}), "");
  EXPECT_NE(refusal({{"listeners", "SSL://:9092,CONTROLLER://:9093"},
                     {"listener.security.protocol.map", "SSL:SSL,CONTROLLER:PLAINTEXT"},
                     {"inter.broker.listener.name", "SSL"}})
                .find("only PLAINTEXT is built"),
            std::string::npos);
  EXPECT_NE(refusal({{"process.roles", "broker"},
                     {"controller.quorum.voters", "3@h:1"},
                     {"listeners", "PLAINTEXT://:1"},
                     {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:SSL"}})
                .find("controllers are reached on CONTROLLER"),
            std::string::npos);
}

TEST(ServerConfig, AnAuthorizerNeedsEverybodyToBeASuperUser) {
  constexpr auto kClass = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
  EXPECT_NE(refusal({{"authorizer.class.name", kClass}}).find("User:ANONYMOUS"), std::string::npos);
  EXPECT_NE(refusal({{"authorizer.class.name", kClass}, {"super.users", "User:a;User:ANON"}}), "");
  EXPECT_EQ(refusal({{"authorizer.class.name", kClass}, {"super.users", "User:a; User:ANONYMOUS"}}), "");
}

TEST(ServerConfig, ValuesOfConfigProvidersAreRefused) {
  EXPECT_NE(refusal({{"config.providers", "file"}, {"broker.rack", "${file:/x:rack}"}}).find("config providers"),
            std::string::npos);
  EXPECT_NE(refusal({{"config.providers", "file"}, {"num.partitions", "${file:/x:n}"}}).find("config providers"),
            std::string::npos);
  EXPECT_EQ(refusal({{"broker.rack", "${file:/x:rack}"}}), "");
}

TEST(ServerConfig, SecretsAreNeverShown) {
  const std::string line = refusal({{"config.providers", "env"}, {"ssl.key.password", "${env:hunter2}"}});
  EXPECT_EQ(line.find("hunter2"), std::string::npos);
  EXPECT_NE(line.find("[hidden]"), std::string::npos);
}

TEST(ServerConfig, KnownSettingsWithoutEffectAreNamedOnce) {
  StartOptions options;
  options.sets = {"num.io.threads=4", "log.cleaner.backoff.ms=1", "num.partitions=3", "num.network.threads=3"};
  const auto loaded = load_server_config(options);
  ASSERT_TRUE(loaded.ok()) << loaded.error();
  EXPECT_EQ(
      loaded.value().warnings,
      std::vector<std::string>{"known settings without effect on this server: log.cleaner.backoff.ms, num.io.threads"});
  EXPECT_EQ(loaded.value().config.topics.partitions, 3);
}

}  // namespace
}  // namespace millrace::config
