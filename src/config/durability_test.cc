#include "config/durability.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

constexpr auto kDisk = Acknowledge::from_disk;
constexpr auto kMemory = Acknowledge::from_memory;

Settings file(const char* name, const char* value) { return {{name, {value, Origin::file, "f:1"}}}; }
Acknowledge mode(const Overrides& topic, const ServerLayers& servers) {
  return durability_of("t", topic, servers).mode;
}

TEST(Durability, NothingSetMeansOnDisk) {
  EXPECT_EQ(mode({}, {}), kDisk);
  EXPECT_EQ(default_durability({}).text(), "acknowledged means on disk (no flush setting says otherwise)");
}

TEST(Durability, KafkasDefaultWrittenDownMeansKafkasBehaviour) {
  const Settings fixed = file("log.flush.interval.messages", "9223372036854775807");
  EXPECT_EQ(mode({}, {nullptr, nullptr, &fixed}), kMemory);
  EXPECT_EQ(default_durability({nullptr, nullptr, &fixed}).text(),
            "acknowledged from memory and flushed later, as Kafka does (because of "
            "log.flush.interval.messages=9223372036854775807)");
  EXPECT_EQ(mode({{"flush.messages", "9223372036854775807"}}, {}), kMemory);
}

TEST(Durability, OneMessageMeansOnDisk) {
  const Settings fixed = file("log.flush.interval.messages", " 1 ");
  EXPECT_EQ(mode({}, {nullptr, nullptr, &fixed}), kDisk);
  EXPECT_EQ(mode({{"flush.messages", "1"}, {"flush.ms", "1000"}}, {}), kDisk);
}

TEST(Durability, TheNearestLevelDecides) {
  const Settings fixed = file("log.flush.interval.messages", "100");
  const Overrides all{{"log.flush.interval.messages", "1"}};
  const Overrides one{{"log.flush.interval.ms", "1000"}};
  EXPECT_EQ(mode({}, {nullptr, nullptr, &fixed}), kMemory);
  EXPECT_EQ(mode({}, {nullptr, &all, &fixed}), kDisk);
  EXPECT_EQ(mode({}, {&one, &all, &fixed}), kMemory);
  EXPECT_EQ(mode({{"flush.messages", "1"}}, {&one, &all, &fixed}), kDisk);
  EXPECT_EQ(mode({{"flush.ms", "5"}}, {nullptr, &all, nullptr}), kMemory);
  EXPECT_EQ(durability_of("t", {}, {&one, &all, &fixed}).source, Source::dynamic_broker);
}

TEST(Durability, HowOftenAFlusherLooksDoesNotCount) {
  const Settings fixed = file("log.flush.scheduler.interval.ms", "3000");
  EXPECT_EQ(mode({}, {nullptr, nullptr, &fixed}), kDisk);
}

TEST(Durability, InternalTopicsObeyOnlyTheirOwnSettings) {
  const Settings fixed = file("log.flush.interval.messages", "100");
  const ServerLayers servers{nullptr, nullptr, &fixed};
  for (const auto* topic : {"__consumer_offsets", "__transaction_state", "__share_group_state"}) {
    EXPECT_EQ(durability_of(topic, {}, servers).mode, kDisk) << topic;
    EXPECT_EQ(durability_of(topic, {{"flush.messages", "5"}}, servers).mode, kMemory) << topic;
  }
  EXPECT_EQ(durability_of("__consumer_offsets2", {}, servers).mode, kMemory);
}

TEST(Durability, TheMetadataLogIsAlwaysOnDisk) {
  const Settings fixed = file("log.flush.interval.messages", "100");
  EXPECT_EQ(durability_of("__cluster_metadata", {{"flush.messages", "5"}}, {nullptr, nullptr, &fixed}).mode, kDisk);
}

}  // namespace
}  // namespace millrace::config
