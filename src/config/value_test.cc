#include "config/value.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::config {
namespace {

const Definition& topic(std::string_view name) { return *find_definition(Scope::topic, name); }
const Definition& server(std::string_view name) { return *find_definition(Scope::broker, name); }

std::string read(const Definition& definition, std::string_view text) {
  const auto parsed = parse_value(definition, text);
  return parsed.ok() ? value_text(parsed.value()).value_or("null") : parsed.error().reason;
}

TEST(ConfigValue, NumbersAreReadAsJavaReadsThem) {
  EXPECT_EQ(read(topic("retention.ms"), " 5 "), "5");
  EXPECT_EQ(read(topic("retention.ms"), "+5"), "5");
  EXPECT_EQ(read(topic("retention.ms"), "-1"), "-1");
  for (const auto* bad : {"soon", "", "0x10", "99999999999999999999", "1.0", "1 2", "+-1", "--1"}) {
    EXPECT_EQ(read(topic("retention.ms"), bad),
              std::string("Invalid value ") + bad + " for configuration retention.ms: Not a number of type LONG");
  }
  EXPECT_EQ(read(topic("segment.bytes"), "2147483648"),
            "Invalid value 2147483648 for configuration segment.bytes: Not a number of type INT");
  EXPECT_EQ(read(server("offsets.topic.replication.factor"), "32768"),
            "Invalid value 32768 for configuration offsets.topic.replication.factor: Not a number of type SHORT");
}

TEST(ConfigValue, BoundsAreKept) {
  EXPECT_EQ(read(topic("retention.ms"), "-2"),
            "Invalid value -2 for configuration retention.ms: Value must be at least -1");
  EXPECT_EQ(read(topic("compression.lz4.level"), "18"),
            "Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17");
  EXPECT_EQ(read(topic("compression.gzip.level"), "0"),
            "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1");
  EXPECT_EQ(read(topic("compression.gzip.level"), "-1"), "-1");
  EXPECT_EQ(read(topic("min.cleanable.dirty.ratio"), "1.5"),
            "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1");
}

TEST(ConfigValue, DoublesAreFiniteAndPrintedAsJavaPrintsThem) {
  EXPECT_EQ(read(topic("min.cleanable.dirty.ratio"), "0.5f"), "0.5");
  EXPECT_EQ(read(topic("min.cleanable.dirty.ratio"), "1e-1"), "0.1");
  EXPECT_EQ(read(topic("min.cleanable.dirty.ratio"), "1"), "1.0");
  EXPECT_EQ(read(server("log.cleaner.io.max.bytes.per.second"), "1.7976931348623157E308"), "1.7976931348623157E308");
  EXPECT_EQ(read(server("log.cleaner.io.max.bytes.per.second"), "10000000"), "1.0E7");
  EXPECT_EQ(read(topic("min.cleanable.dirty.ratio"), "0.0001"), "1.0E-4");
  for (const auto* bad : {"NaN", "nan", "Infinity", "inf", "x", ""}) {
    EXPECT_FALSE(parse_value(topic("min.cleanable.dirty.ratio"), bad).ok()) << bad;
  }
}

TEST(ConfigValue, BooleansInAnyCaseAndNothingElse) {
  EXPECT_EQ(read(topic("preallocate"), " TRUE "), "true");
  EXPECT_EQ(read(topic("preallocate"), "False"), "false");
  for (const auto* bad : {"yes", "", "1"}) {
    EXPECT_EQ(read(topic("preallocate"), bad),
              std::string("Invalid value ") + bad +
                  " for configuration preallocate: Expected value to be either true or false");
  }
}

TEST(ConfigValue, ListsAreCutAtCommasAndEqualEntriesCountOnce) {
  EXPECT_EQ(read(topic("cleanup.policy"), " compact , delete "), "compact,delete");
  EXPECT_EQ(read(topic("cleanup.policy"), "compact,compact"), "compact");
  EXPECT_EQ(read(topic("cleanup.policy"), ""), "");
  EXPECT_EQ(read(topic("cleanup.policy"), "shred"),
            "Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete");
  EXPECT_EQ(read(topic("cleanup.policy"), "compact,,delete"),
            "Configuration 'cleanup.policy' values must not be empty.");
  EXPECT_EQ(read(topic("cleanup.policy"), ","), "Configuration 'cleanup.policy' values must not be empty.");
  EXPECT_EQ(read(server("log.dirs"), ""),
            "Configuration 'log.dirs' must not be empty. Valid values include: any non-empty value");
  EXPECT_EQ(read(server("process.roles"), ""),
            "Configuration 'process.roles' must not be empty. Valid values include: [broker, controller]");
}

TEST(ConfigValue, ChoicesKeepOrIgnoreCaseAsTheirRuleSays) {
  EXPECT_EQ(read(topic("compression.type"), "GZIP"),
            "Invalid value GZIP for configuration compression.type: String must be one of: uncompressed, zstd, lz4, "
            "snappy, gzip, producer");
  EXPECT_EQ(read(server("group.consumer.migration.policy"), "Upgrade"), "Upgrade");
  EXPECT_FALSE(parse_value(server("group.consumer.migration.policy"), "sideways").ok());
}

TEST(ConfigValue, ThrottledReplicasAreAStarOrPairs) {
  const auto& definition = topic("leader.replication.throttled.replicas");
  for (const auto* good : {"*", "", "0:1", "0:1,0:2", "0:1,", "0:1,,0:2", ",", "0:1,0:1"}) {
    EXPECT_TRUE(parse_value(definition, good).ok()) << good;
  }
  for (const auto* bad : {"zero", "*,0:1", "0:", ":1", "0:1:2", "-1:2"}) {
    EXPECT_FALSE(parse_value(definition, bad).ok()) << bad;
  }
  EXPECT_EQ(read(definition, "*, 0:1").substr(0, 32), "Invalid value [*, 0:1] for confi");
}

TEST(ConfigValue, OffsetResetsAreNamesOrDurations) {
  const auto& definition = *find_definition(Scope::group, "share.auto.offset.reset");
  for (const auto* good :
       {"latest", "earliest", "by_duration:PT1H", "by_duration:P1DT2H3M4.5S", "by_duration:P2D", "by_duration:PT1.S"}) {
    EXPECT_TRUE(parse_value(definition, good).ok()) << good;
  }
  for (const auto* bad :
       {"", "none", "LATEST", "by_duration:PT-1H", "by_duration:P1DT", "by_duration:", "by_duration:P",
        "by_duration:1H", "by_duration:PT", "by_duration:P1H", "by_duration:PT1M2H", "by_duration:PT1.5H"}) {
    EXPECT_FALSE(parse_value(definition, bad).ok()) << bad;
  }
}

TEST(ConfigValue, AProblemIsOneLineWithNameValueAndWhatIsAllowed) {
  const auto parsed = parse_value(server("num.partitions"), "0");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().line(), "num.partitions=0 is not allowed: must be a whole number from 1 to 2147483647");
  EXPECT_EQ(parse_value(server("process.roles"), "bro").error().line(),
            "process.roles=bro is not allowed: must be a list of broker, controller, with at least one entry");
}

TEST(ConfigValue, DefaultsMayBeNothing) {
  EXPECT_EQ(default_value(server("log.retention.ms")), Value());
  EXPECT_EQ(value_text(default_value(server("log.retention.ms"))), std::nullopt);
  EXPECT_EQ(value_text(default_value(server("group.coordinator.rebalance.protocols"))), "classic,consumer,streams");
}

}  // namespace
}  // namespace millrace::config
