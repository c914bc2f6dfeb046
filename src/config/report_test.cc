#include "config/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace millrace::config {
namespace {

const ReportedSetting* find(const std::vector<ReportedSetting>& settings, std::string_view name) {
  const auto at = std::ranges::find(settings, name, &ReportedSetting::name);
  return at != settings.end() ? &*at : nullptr;
}

// "name=value@source ..."
std::string chain(const ReportedSetting& setting) {
  std::string text;
  for (const auto& synonym : setting.synonyms) {
    text += (text.empty() ? "" : " ") + synonym.name + "=" + synonym.value.value_or("null") + "@" +
            std::to_string(static_cast<int>(synonym.source));
  }
  return text;
}

Settings given(std::map<std::string, std::string> values) {
  Settings settings;
  for (auto& [name, text] : values) settings[name] = {text, Origin::file, "server.properties:1"};
  return settings;
}

TEST(Report, AServersSettingNamesEveryPlaceThatHasAValue) {
  const Overrides mine = {{"log.cleaner.threads", "3"}};
  const Overrides all = {{"log.cleaner.threads", "4"}};
  const Settings fixed = given({{"log.cleaner.threads", "2"}});
  const auto settings = report_server({&mine, &all, &fixed});
  const auto* threads = find(settings, "log.cleaner.threads");
  ASSERT_NE(threads, nullptr);
  EXPECT_EQ(threads->value, "3");
  EXPECT_EQ(threads->source, ReportedSource::dynamic_broker);
  EXPECT_FALSE(threads->read_only);
  EXPECT_EQ(chain(*threads),
            "log.cleaner.threads=3@2 log.cleaner.threads=4@3 log.cleaner.threads=2@4 log.cleaner.threads=1@5");
}

TEST(Report, UnitsOfOneThingStandTogetherUnderTheNameThatIsAskedFor) {
  const Settings fixed = given({{"log.retention.hours", "24"}});
  const Overrides mine = {{"log.retention.ms", "5000"}};
  const auto settings = report_server({&mine, nullptr, &fixed});
  EXPECT_EQ(chain(*find(settings, "log.retention.ms")),
            "log.retention.ms=5000@2 log.retention.hours=24@4 log.retention.hours=168@5");
  EXPECT_EQ(chain(*find(settings, "log.retention.hours")), "log.retention.hours=24@4 log.retention.hours=168@5");
  EXPECT_EQ(chain(*find(settings, "log.retention.minutes")), "");
  EXPECT_EQ(find(settings, "log.retention.hours")->value, "24");
}

TEST(Report, WhatIsNotKnownMayBeASecret) {
  const Settings fixed = given({{"my.plugin.key", "hush"}, {"ssl.key.password", "hush"}});
  const auto settings = report_server({nullptr, nullptr, &fixed});
  for (const char* name : {"my.plugin.key", "ssl.key.password"}) {
    const auto* setting = find(settings, name);
    ASSERT_NE(setting, nullptr) << name;
    EXPECT_TRUE(setting->sensitive);
    EXPECT_EQ(setting->value, std::nullopt);
    for (const auto& synonym : setting->synonyms) EXPECT_EQ(synonym.value, std::nullopt);
  }
  EXPECT_EQ(reported_type(find(settings, "my.plugin.key")->definition), 0);
  EXPECT_EQ(reported_type(find(settings, "ssl.key.password")->definition), 9);
}

TEST(Report, NodeIdAndBrokerIdAreOneNumber) {
  const Settings fixed = given({{"node.id", "7"}});
  const auto settings = report_server({nullptr, nullptr, &fixed});
  EXPECT_EQ(chain(*find(settings, "broker.id")), "broker.id=7@4 broker.id=-1@5");
}

TEST(Report, InternalSettingsShowOnlyWhenTheyAreSet) {
  EXPECT_EQ(find(report_server({}), "unstable.api.versions.enable"), nullptr);
  const Settings fixed = given({{"unstable.api.versions.enable", "true"}});
  EXPECT_NE(find(report_server({nullptr, nullptr, &fixed}), "unstable.api.versions.enable"), nullptr);
  EXPECT_EQ(find(report_server({}), "millrace.shards"), nullptr);
}

TEST(Report, ForAllServersOnlyWhatIsSetForThem) {
  const auto settings = report_all_servers({{"log.retention.ms", "77"}, {"no.such", "1"}});
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(chain(settings[0]), "log.retention.ms=77@3");
  EXPECT_TRUE(settings[1].sensitive);
}

TEST(Report, ATopicsOwnSettingComesFirst) {
  const Settings fixed = given({{"log.retention.ms", "99"}});
  const auto settings = report_topic({{"retention.ms", "5"}}, {nullptr, nullptr, &fixed});
  EXPECT_EQ(chain(*find(settings, "retention.ms")),
            "retention.ms=5@1 log.retention.ms=99@4 log.retention.hours=168@5");
  EXPECT_EQ(find(settings, "retention.ms")->source, ReportedSource::topic);
  EXPECT_EQ(find(settings, "max.message.bytes")->source, ReportedSource::built_in);
}

// Kafka looks for the first server setting by name and forgets what stands before it.
TEST(Report, ATopicsRetentionByHoursHasNoSynonym) {
  const Settings fixed = given({{"log.retention.hours", "1"}});
  const auto settings = report_topic({}, {nullptr, nullptr, &fixed});
  EXPECT_EQ(find(settings, "retention.ms")->value, "3600000");
  EXPECT_EQ(chain(*find(settings, "retention.ms")), "");
  EXPECT_EQ(find(settings, "retention.ms")->source, ReportedSource::built_in);
}

TEST(Report, AGroupsSettingFallsBackToTheServersOrToItsOwnDefault) {
  const auto settings = report_group({{"share.auto.offset.reset", "earliest"}}, {});
  EXPECT_EQ(chain(*find(settings, "share.auto.offset.reset")),
            "share.auto.offset.reset=earliest@8 share.auto.offset.reset=latest@5");
  EXPECT_EQ(chain(*find(settings, "consumer.session.timeout.ms")), "group.consumer.session.timeout.ms=45000@5");
}

TEST(Report, ClientMetricsShowTheirDefaultsToo) {
  const auto settings = report_client_metrics({{"interval.ms", "1000"}});
  EXPECT_EQ(chain(*find(settings, "interval.ms")), "interval.ms=1000@7");
  EXPECT_EQ(find(settings, "match")->value, "");
  EXPECT_EQ(find(settings, "match")->source, ReportedSource::built_in);
}

TEST(Report, EverySettingThatIsKnownHasADocumentation) {
  for (const auto& setting : report_server({})) EXPECT_TRUE(documentation(setting).has_value()) << setting.name;
  EXPECT_EQ(documentation(ReportedSetting()), std::nullopt);
}

}  // namespace
}  // namespace millrace::config
