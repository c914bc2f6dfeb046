#include "config/topic_config.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using Given_ = std::map<std::string, std::optional<std::string>, std::less<>>;

Settings file(std::initializer_list<std::pair<const char*, const char*>> lines) {
  Settings settings;
  for (const auto& [name, value] : lines) settings[name] = {value, Origin::file, "f:1"};
  return settings;
}
std::string validated(const Given_& overrides) {
  const auto result = validate_topic_configs(overrides, {});
  return result.ok() ? "" : result.error();
}

TEST(TopicConfig, WithoutAnythingSetKafkasDefaultsHold) {
  const auto config = resolve_topic_config({}, {});
  EXPECT_TRUE(config.remove_old);
  EXPECT_FALSE(config.compact);
  EXPECT_EQ(config.retention, Millis(604800000));
  EXPECT_EQ(config.segment_bytes, 1073741824);
  EXPECT_EQ(config.segment_age_max, Millis(604800000));
  EXPECT_EQ(config.max_batch_bytes, 1048588);
  EXPECT_EQ(config.flush_messages, INT64_MAX);
  EXPECT_EQ(config.flush_interval, Millis(INT64_MAX));
  EXPECT_EQ(config.codec, StoredCodec::as_produced);
  EXPECT_EQ(config.timestamp_after_max, Millis(3600000));
  EXPECT_DOUBLE_EQ(config.min_dirty_ratio, 0.5);
}

TEST(TopicConfig, TheNearestLayerWins) {
  const Settings fixed = file({{"log.segment.bytes", "2000000"}});
  const Overrides all{{"log.segment.bytes", "3000000"}};
  const Overrides one{{"log.segment.bytes", "4000000"}};
  EXPECT_EQ(resolve_topic_config({}, {nullptr, nullptr, &fixed}).segment_bytes, 2000000);
  EXPECT_EQ(resolve_topic_config({}, {nullptr, &all, &fixed}).segment_bytes, 3000000);
  EXPECT_EQ(resolve_topic_config({}, {&one, &all, &fixed}).segment_bytes, 4000000);
  EXPECT_EQ(resolve_topic_config({{"segment.bytes", "5000000"}}, {&one, &all, &fixed}).segment_bytes, 5000000);
  EXPECT_EQ(resolve_topic_config({{"segment.bytes", "5000000"}, {"internal.segment.bytes", "100"}}, {}).segment_bytes,
            100);
}

TEST(TopicConfig, FinerUnitsOfTheServerGoBeforeCoarserOnes) {
  const Settings hours = file({{"log.retention.hours", "2"}, {"log.roll.hours", "3"}});
  EXPECT_EQ(resolve_topic_config({}, {nullptr, nullptr, &hours}).retention, Millis(7200000));
  EXPECT_EQ(resolve_topic_config({}, {nullptr, nullptr, &hours}).segment_age_max, Millis(10800000));
  const Settings both = file({{"log.retention.hours", "2"}, {"log.retention.minutes", "5"}});
  EXPECT_EQ(resolve_topic_config({}, {nullptr, nullptr, &both}).retention, Millis(300000));
  const Settings never = file({{"log.retention.minutes", "-1"}});
  EXPECT_EQ(resolve_topic_config({}, {nullptr, nullptr, &never}).retention, Millis(-1));
}

TEST(TopicConfig, CandidatesListEveryPlaceNearestFirst) {
  const Settings fixed = file({{"log.retention.ms", "5"}});
  const auto found = candidates(Scope::topic, "retention.ms", {{"retention.ms", "1"}}, {nullptr, nullptr, &fixed});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].source, Source::resource);
  EXPECT_EQ(found[1].name, "log.retention.ms");
  EXPECT_EQ(found[1].source, Source::fixed);
  EXPECT_EQ(found[2].name, "log.retention.hours");
  EXPECT_EQ(found[2].source, Source::built_in);
  EXPECT_TRUE(candidates(Scope::topic, "no.such", {}, {}).empty());
  EXPECT_EQ(server_candidates("num.partitions", {nullptr, nullptr, &fixed}).front().text, "1");
}

TEST(TopicConfig, ValuesThatCannotBeReadArePassedOver) {
  EXPECT_EQ(resolve_topic_config({{"retention.ms", "soon"}, {"of.another.version", "1"}}, {}).retention,
            Millis(604800000));
}

TEST(TopicConfig, GoodOverridesAreValid) {
  EXPECT_EQ(validated({}), "");
  EXPECT_EQ(validated({{"cleanup.policy", "compact,delete"}, {"retention.ms", "-1"}, {"segment.bytes", "1048576"}}),
            "");
  EXPECT_EQ(validated({{"internal.segment.bytes", "1"}, {"local.retention.ms", "700000000"}}), "");
}

TEST(TopicConfig, BadOverridesGetKafkasMessage) {
  EXPECT_EQ(validated({{"no.such", "1"}}), "Unknown topic config name: no.such");
  EXPECT_EQ(validated({{"retention.ms", "x"}, {"zzz", "1"}}), "Unknown topic config name: zzz");
  EXPECT_EQ(validated({{"segment.bytes", "1"}}),
            "Invalid value 1 for configuration segment.bytes: Value must be at least 1048576");
  EXPECT_EQ(validated({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "5"}}),
            "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
  EXPECT_EQ(
      validated({{"remote.storage.enable", "true"}}),
      "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.");
  EXPECT_EQ(validated({{"retention.ms", std::nullopt}}), "Null value not supported for topic configs: retention.ms");
}

}  // namespace
}  // namespace millrace::config
