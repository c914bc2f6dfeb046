#include "broker/quotas/exempt.h"

#include <gtest/gtest.h>

#include "protocol/gen/api_key.h"

namespace millrace::broker::quotas {
namespace {

using protocol::ApiKey;

bool exempt(ApiKey api, bool controller_listener) {
  return is_exempt(static_cast<std::int16_t>(api), controller_listener);
}

TEST(QuotaExempt, WhatKeepsTheQuorumTogetherIsNeverSlowedDown) {
  EXPECT_TRUE(exempt(ApiKey::fetch, true));
  EXPECT_TRUE(exempt(ApiKey::vote, true));
  EXPECT_TRUE(exempt(ApiKey::alter_partition, true));
}

TEST(QuotaExempt, ClientsAndHeartbeatsAreNot) {
  EXPECT_FALSE(exempt(ApiKey::fetch, false));
  EXPECT_FALSE(exempt(ApiKey::describe_quorum, false));
  EXPECT_FALSE(exempt(ApiKey::broker_heartbeat, true));
  EXPECT_FALSE(exempt(ApiKey::create_topics, true));
}

}  // namespace
}  // namespace millrace::broker::quotas
