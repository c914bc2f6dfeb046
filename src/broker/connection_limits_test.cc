#include "broker/connection_limits.h"

#include <gtest/gtest.h>

namespace millrace::broker {
namespace {

TEST(ConnectionLimits, WithoutSettingsThereIsNoBound) {
  const auto limits = connection_limits({}, {});
  EXPECT_EQ(limits.max_connections, 2147483647u);
  EXPECT_EQ(limits.max_connections_per_address, 2147483647u);
  EXPECT_TRUE(limits.max_from_address.empty());
}

TEST(ConnectionLimits, TheNearestSettingCounts) {
  const config::Overrides mine = {{"max.connections", "5"}, {"max.connections.per.ip.overrides", "10.0.0.1:3, x,h:z"}};
  const config::Overrides all = {{"max.connections", "9"}, {"max.connections.per.ip", "2"}};
  const auto limits = connection_limits({}, {&mine, &all, nullptr});
  EXPECT_EQ(limits.max_connections, 5u);
  EXPECT_EQ(limits.max_connections_per_address, 2u);
  EXPECT_EQ(limits.max_from_address, (std::map<std::string, std::uint32_t>{{"10.0.0.1", 3}}));
}

}  // namespace
}  // namespace millrace::broker
