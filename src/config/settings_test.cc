#include "config/settings.h"

#include <gtest/gtest.h>

#include "config/server_config.h"

namespace millrace::config {
namespace {

constexpr std::string_view kSample =
    "process.roles=broker,controller\nnode.id=7\ncontroller.listener.names=CONTROLLER\n"
    "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n"
    "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n"
    "controller.quorum.bootstrap.servers=localhost:9093\nlog.dirs=/var/a,/var/b\nmetadata.log.dir=/var/m\n";

StartOptions with_file(std::string_view text) {
  StartOptions options;
  options.file = StartOptions::File{"server.properties", std::string(text)};
  return options;
}
std::string value_of(const StartOptions& options, std::string_view name) {
  const auto merged = merge_settings(options);
  if (!merged.ok()) return "error: " + merged.error();
  const auto at = merged.value().settings.find(name);
  return at == merged.value().settings.end() ? "unset" : at->second.text;
}

TEST(Settings, VariablesOfContainerImagesAreSettings) {
  EXPECT_EQ(setting_of_variable("KAFKA_LOG_DIRS"), "log.dirs");
  EXPECT_EQ(setting_of_variable("KAFKA_CFG_LOG_DIRS"), "log.dirs");
  EXPECT_EQ(setting_of_variable("KAFKA_LISTENER_NAME_MY__NAME_X___Y"), "listener.name.my_name.x-y");
  EXPECT_EQ(setting_of_variable("LOG_DIRS"), "");
}

TEST(Settings, TheEnvironmentBeatsTheFileAndLosesToOptions) {
  StartOptions options = with_file(kSample);
  options.environment = {"KAFKA_LOG_DIRS=/from/environment", "KAFKA_HEAP_OPTS=-Xmx1G", "PATH=/bin", "KAFKA_NODE_ID=9"};
  options.sets = {"node.id=11"};
  EXPECT_EQ(value_of(options, "log.dirs"), "/from/environment");
  EXPECT_EQ(value_of(options, "node.id"), "11");
  EXPECT_EQ(value_of(options, "heap.opts"), "unset");
  EXPECT_EQ(merge_settings(options).value().settings.at("log.dirs").place, "KAFKA_LOG_DIRS");
}

TEST(Settings, WithoutAFileASingleNodeJustWorks) {
  const StartOptions none;
  EXPECT_EQ(value_of(none, "process.roles"), "broker,controller");
  EXPECT_EQ(value_of(none, "node.id"), "1");
  EXPECT_EQ(value_of(none, "listeners"), "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093");
  EXPECT_EQ(value_of(none, "controller.listener.names"), "CONTROLLER");
  EXPECT_EQ(value_of(none, "controller.quorum.bootstrap.servers"), "127.0.0.1:9093");
  EXPECT_EQ(value_of(none, "log.dirs"), "./millrace-data");
  EXPECT_EQ(value_of(none, "offsets.topic.replication.factor"), "1");
  EXPECT_EQ(value_of(none, "transaction.state.log.min.isr"), "1");
  EXPECT_EQ(value_of(none, "group.initial.rebalance.delay.ms"), "unset");
}

TEST(Settings, WithAFileNothingIsAdded) {
  EXPECT_EQ(value_of(with_file(kSample), "offsets.topic.replication.factor"), "unset");
  EXPECT_EQ(value_of(with_file(""), "listeners"), "unset");
  EXPECT_EQ(value_of(with_file(""), "node.id"), "unset");
}

TEST(Settings, SetBeatsListenAndDataWhichBeatTheFile) {
  auto options = with_file(kSample);
  options.data = "/data";
  options.listen = "127.0.0.1:7000";
  EXPECT_EQ(value_of(options, "log.dirs"), "/data");
  EXPECT_EQ(value_of(options, "metadata.log.dir"), "unset");
  EXPECT_EQ(value_of(options, "listeners"), "PLAINTEXT://127.0.0.1:7000,CONTROLLER://:9093");
  EXPECT_EQ(value_of(options, "advertised.listeners"), "PLAINTEXT://127.0.0.1:7000,CONTROLLER://localhost:9093");
  options.sets = {"log.dirs=/set", "listeners=PLAINTEXT://:1,CONTROLLER://:2", "metadata.log.dir=/m2", "node.id=8",
                  "node.id=9"};
  EXPECT_EQ(value_of(options, "log.dirs"), "/set");
  EXPECT_EQ(value_of(options, "metadata.log.dir"), "/m2");
  EXPECT_EQ(value_of(options, "listeners"), "PLAINTEXT://:1,CONTROLLER://:2");
  EXPECT_EQ(value_of(options, "node.id"), "9");
}

TEST(Settings, ASetLogDirIsNotHiddenByWeakerLogDirs) {
  auto options = with_file(kSample);
  options.data = "/data";
  options.sets = {"log.dir=/one"};
  EXPECT_EQ(value_of(options, "log.dirs"), "unset");
  EXPECT_EQ(value_of(options, "log.dir"), "/one");
}

TEST(Settings, ListenPutsTheControllerOnTheNextPort) {
  StartOptions options;
  options.listen = "0.0.0.0:19092";
  options.sets = {"advertised.listeners=PLAINTEXT://host:19092"};
  EXPECT_EQ(value_of(options, "listeners"), "PLAINTEXT://0.0.0.0:19092,CONTROLLER://127.0.0.1:19093");
  EXPECT_EQ(value_of(options, "controller.quorum.bootstrap.servers"), "127.0.0.1:19093");
  options.listen = "[::1]:0";
  EXPECT_EQ(value_of(options, "listeners"), "PLAINTEXT://[::1]:0,CONTROLLER://127.0.0.1:0");
  options.listen = ":65535";
  EXPECT_EQ(value_of(options, "listeners").substr(0, 36), "error: --listen :65535 is not allowe");
}

TEST(Settings, ListenMovesTheListenerThatBrokersUse) {
  auto options = with_file(std::string(kSample) +
                           "listeners=OUT://:1,IN://:2,CONTROLLER://:3\ninter.broker.listener.name=in\n");
  options.listen = "h:9";
  EXPECT_EQ(value_of(options, "listeners"), "OUT://:1,IN://h:9,CONTROLLER://:3");
}

TEST(Settings, ListenOnABrokerAloneAddsNoControllerListener) {
  auto options = with_file("process.roles=broker\ncontroller.listener.names=CONTROLLER\n");
  options.listen = "h:9";
  EXPECT_EQ(value_of(options, "listeners"), "PLAINTEXT://h:9");
  options = with_file("process.roles=controller\n");
  options.listen = "h:9";
  EXPECT_EQ(value_of(options, "listeners").substr(0, 20), "error: --listen h:9 ");
}

TEST(Settings, AWildcardListenKeepsWhatIsAdvertised) {
  auto options = with_file(kSample);
  options.listen = "0.0.0.0:7000";
  EXPECT_EQ(value_of(options, "advertised.listeners"), "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093");
}

TEST(Settings, AFileThatJavaHasWrittenStartsANode) {
  const auto loaded = load_server_config(with_file(
      "#\n#Sat Nov 21 03:00:00 UTC 2026\nadvertised.listeners=EXTERNAL\\://127.0.0.1\\:41001\n"
      "controller.listener.names=CONTROLLER\ncontroller.quorum.voters=0@127.0.0.1\\:41002\n"
      "inter.broker.listener.name=EXTERNAL\n"
      "listener.security.protocol.map=EXTERNAL\\:PLAINTEXT,CONTROLLER\\:PLAINTEXT\n"
      "listeners=EXTERNAL\\://127.0.0.1\\:41001,CONTROLLER\\://127.0.0.1\\:41002\nlog.dirs=/tmp/n0-0,/tmp/n0-1\n"
      "node.id=0\noffsets.topic.num.partitions=5\nprocess.roles=broker,controller\nqueued.max.requests=500\n"
      "transaction.state.log.num.partitions=5\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.error();
  EXPECT_TRUE(loaded.value().warnings.empty());
  const ServerConfig& config = loaded.value().config;
  EXPECT_EQ(config.network.advertised, (std::vector<Listener>{{"EXTERNAL", {"127.0.0.1", 41001}}}));
  EXPECT_EQ(config.quorum.voters, (std::vector<Voter>{{0, {"127.0.0.1", 41002}}}));
  EXPECT_EQ(config.groups.offsets_topic_partitions, 5);
  EXPECT_EQ(config.log_dirs, (std::vector<std::string>{"/tmp/n0-0", "/tmp/n0-1"}));
}

TEST(Settings, BadOptionsAreRefusedInOneLine) {
  StartOptions options;
  options.sets = {"novalue"};
  EXPECT_EQ(value_of(options, "x"), "error: --set novalue is not allowed: must be key=value");
  options.sets = {"=v"};
  EXPECT_EQ(value_of(options, "x"), "error: --set =v is not allowed: must be key=value");
  options.sets = {};
  options.listen = "9092";
  EXPECT_EQ(value_of(options, "x"), "error: --listen 9092 is not allowed: must be HOST:PORT");
  options.listen = std::nullopt;
  options.data = "a,b";
  EXPECT_NE(value_of(options, "x").find("one directory"), std::string::npos);
  EXPECT_EQ(value_of(with_file("a=1\nb=\\u1\n"), "x"), "error: server.properties:2: \\u needs four hexadecimal digits");
}

TEST(Settings, UnknownNamesAndRepeatedOnesGiveOneWarningEach) {
  auto options = with_file("zookeeper.connect=h:2181\nnode.id=1\nnode.id=2\nlistener.name.x.ssl.key.password=p\n"
                           "leader.replication.throttled.rate=5\n");
  options.sets = {"millrace.no.such=1"};
  const auto merged = merge_settings(options);
  ASSERT_TRUE(merged.ok());
  const std::vector<std::string> expected{
      "server.properties:3: node.id is set again; the value here counts, not the one at server.properties:2",
      "server.properties:5: leader.replication.throttled.rate is not a setting of this server and has no effect",
      "--set: millrace.no.such is not a setting of this server and has no effect",
      "server.properties:1: zookeeper.connect is not a setting of this server and has no effect"};
  EXPECT_EQ(merged.value().warnings, expected);
}

TEST(Settings, EveryWayToStartWithoutAFileGivesARunnableNode) {
  for (const auto& sets : std::vector<std::vector<std::string>>{{},
                                                                {"node.id=5"},
                                                                {"broker.id=5"},
                                                                {"log.dir=/x"},
                                                                {"listeners=PLAINTEXT://h:1,CONTROLLER://:2"},
                                                                {"controller.listener.names=C"},
                                                                {"controller.quorum.voters=1@127.0.0.1:9093"}}) {
    StartOptions options;
    options.sets = sets;
    const auto loaded = load_server_config(options);
    EXPECT_TRUE(loaded.ok()) << loaded.error();
    if (loaded.ok()) {
      EXPECT_TRUE(loaded.value().warnings.empty()) << loaded.value().warnings.front();
    }
  }
}

}  // namespace
}  // namespace millrace::config
