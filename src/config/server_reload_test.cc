#include "config/server_reload.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

Settings settings(std::initializer_list<std::pair<const char*, const char*>> values) {
  Settings made;
  for (const auto& [name, text] : values) made[name] = {text, Origin::file, "server.properties:1"};
  return made;
}

using Names = std::vector<std::string>;

TEST(ServerReload, WhatCanChangeIsTakenAndTheRestIsNamed) {
  const auto plan = plan_reload(settings({{"log.retention.ms", "1000"}, {"num.partitions", "1"}, {"log.dirs", "/a"}}),
                                settings({{"log.retention.ms", "2000"}, {"num.partitions", "3"}, {"log.dirs", "/a"}}));
  EXPECT_EQ(plan.taken, Names{"log.retention.ms"});
  EXPECT_EQ(plan.need_restart, Names{"num.partitions"});
  EXPECT_EQ(plan.settings.at("log.retention.ms").text, "2000");
  EXPECT_EQ(plan.settings.at("num.partitions").text, "1");
}

TEST(ServerReload, ASettingThatIsGoneHasItsDefaultOnceThatCanBe) {
  const auto plan =
      plan_reload(settings({{"message.max.bytes", "5"}, {"broker.rack", "a"}}),
                  settings({{"log.cleaner.threads", "2"}}));
  EXPECT_EQ(plan.taken, (Names{"log.cleaner.threads", "message.max.bytes"}));
  EXPECT_EQ(plan.need_restart, Names{"broker.rack"});
  EXPECT_FALSE(plan.settings.contains("message.max.bytes"));
  EXPECT_EQ(plan.settings.at("broker.rack").text, "a");
}

TEST(ServerReload, ListenersChangeAndWhatTheyAdvertiseDoesNot) {
  const auto plan = plan_reload(settings({}), settings({{"listeners", "A://:1"}, {"advertised.listeners", "A://h:1"}}));
  EXPECT_EQ(plan.taken, Names{"listeners"});
  EXPECT_EQ(plan.need_restart, Names{"advertised.listeners"});
}

TEST(ServerReload, TheSameFileChangesNothing) {
  const auto same = settings({{"listeners", "A://:1"}, {"node.id", "1"}, {"a.plug.in", "x"}});
  const auto plan = plan_reload(same, same);
  EXPECT_TRUE(plan.taken.empty());
  EXPECT_TRUE(plan.need_restart.empty());
}

}  // namespace
}  // namespace millrace::config
