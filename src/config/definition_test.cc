#include "config/definition.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/value.h"

namespace millrace::config {
namespace {

TEST(Definition, EverySettingIsFoundByItsNameAndScope) {
  for (const auto& definition : all_definitions()) {
    EXPECT_EQ(find_definition(definition.scope, definition.name), &definition) << definition.name;
  }
  EXPECT_EQ(find_definition(Scope::broker, "no.such"), nullptr);
  EXPECT_EQ(find_definition(Scope::topic, "node.id"), nullptr);
  EXPECT_EQ(find_definition(Scope::broker, ""), nullptr);
}

TEST(Definition, EveryDefaultObeysItsOwnRule) {
  for (const auto& definition : all_definitions()) {
    if (definition.presence != Default::value) continue;
    const auto parsed = parse_value(definition, definition.default_text);
    EXPECT_TRUE(parsed.ok()) << definition.name << ": " << parsed.error().line();
  }
}

TEST(Definition, EverySettingThatIsUsedSaysWhatItDoes) {
  for (const auto& definition : all_definitions()) {
    EXPECT_EQ(definition.used, !definition.doc.empty()) << definition.name;
  }
}

TEST(Definition, ScopesHoldKafkasNumberOfSettings) {
  const auto visible = [](const Definition& d) { return !d.internal && !d.ours && !d.dynamic_only && !d.plugin; };
  EXPECT_EQ(std::ranges::count_if(definitions(Scope::broker), visible), 340);
  EXPECT_EQ(std::ranges::count_if(definitions(Scope::topic), visible), 33);
  EXPECT_EQ(std::ranges::count_if(definitions(Scope::group), visible), 17);
  EXPECT_EQ(std::ranges::count_if(definitions(Scope::client_metrics), visible), 3);
}

// A client also takes some of librdkafka's names, which are not Kafka's either.
TEST(Definition, OursOfServersBeginWithOurName) {
  for (const auto& definition : all_definitions()) {
    const bool named = definition.name.starts_with("millrace.");
    const bool of_client = definition.scope >= Scope::producer;
    EXPECT_TRUE(definition.ours == named || of_client) << definition.name;
  }
}

TEST(Definition, SynonymsComeInTheOrderInWhichTheyCount) {
  const auto retention = synonyms(Scope::topic, "retention.ms");
  ASSERT_EQ(retention.size(), 3U);
  EXPECT_EQ(retention[0].server_name, "log.retention.ms");
  EXPECT_EQ(retention[1].server_name, "log.retention.minutes");
  EXPECT_EQ(retention[1].times, 60000);
  EXPECT_EQ(retention[2].server_name, "log.retention.hours");
  EXPECT_EQ(retention[2].times, 3600000);
  EXPECT_TRUE(synonyms(Scope::topic, "leader.replication.throttled.replicas").empty());
  EXPECT_EQ(synonyms(Scope::group, "consumer.session.timeout.ms").front().server_name,
            "group.consumer.session.timeout.ms");
}

TEST(Definition, DynamicUpdatesAreKafkas) {
  EXPECT_EQ(find_definition(Scope::broker, "node.id")->update, Update::read_only);
  EXPECT_EQ(find_definition(Scope::broker, "listeners")->update, Update::per_broker);
  EXPECT_EQ(find_definition(Scope::broker, "log.flush.interval.messages")->update, Update::cluster);
  EXPECT_EQ(find_definition(Scope::broker, "leader.replication.throttled.rate")->dynamic_only, true);
  EXPECT_EQ(find_definition(Scope::topic, "retention.ms")->update, Update::resource);
}

}  // namespace
}  // namespace millrace::config
