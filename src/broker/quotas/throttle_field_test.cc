#include "broker/quotas/throttle_field.h"

#include <gtest/gtest.h>

#include "protocol/gen/api_versions.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/offset_delete.h"
#include "protocol/gen/produce.h"
#include "protocol/message.h"

namespace millrace::broker::quotas {
namespace {

template <protocol::Message T>
void expect_field(const T& message, std::int16_t version) {
  const Buffer body = protocol::encode_body(message, version);
  const auto at = throttle_field(static_cast<std::int16_t>(T::kApi), version, body.bytes());
  ASSERT_TRUE(at.has_value()) << version;
  EXPECT_EQ(load_be<std::int32_t>(body.data() + *at), message.throttle_time_ms) << version;
}

TEST(ThrottleField, IsFoundBehindWhateverComesBeforeIt) {
  protocol::ProduceResponse produce;
  auto& topic = produce.responses.emplace_back();
  topic.name = "orders";
  auto& partition = topic.partition_responses.emplace_back();
  partition.error_message = "no";
  partition.record_errors.push_back({3, "bad"});
  produce.throttle_time_ms = 0x01020304;
  for (std::int16_t version = 3; version <= protocol::ProduceResponse::kMaxVersion; ++version) {
    expect_field(produce, version);
  }
  protocol::ApiVersionsResponse versions;
  versions.api_keys.push_back({18, 0, 4});
  versions.throttle_time_ms = 7;
  for (std::int16_t version = 1; version <= protocol::ApiVersionsResponse::kMaxVersion; ++version) {
    expect_field(versions, version);
  }
  protocol::OffsetDeleteResponse deleted;
  deleted.throttle_time_ms = 9;
  expect_field(deleted, 0);
}

TEST(ThrottleField, IsNotInVersionsWithoutItNorInOtherBytes) {
  EXPECT_FALSE(throttle_field(18, 0, Buffer::allocate(64).bytes()).has_value());
  const std::byte cut[1] = {};
  EXPECT_FALSE(throttle_field(1, 4, Bytes(cut)).has_value());
}

}  // namespace
}  // namespace millrace::broker::quotas
