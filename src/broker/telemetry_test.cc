#include "broker/telemetry.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "metadata/image_state.h"

namespace millrace::broker {
namespace {

using protocol::Errc;

constexpr Uuid kInstance{7, 8};
constexpr WallTime kNow{1'700'000'000'000};
constexpr std::int32_t kMaxBytes = 1000;

struct Receiver final : TelemetryReceiver {
  bool take(const TelemetryPush& push) override {
    taken += std::string(as_text(push.metrics));
    return readable;
  }
  void forget(const Uuid&) override { ++forgotten; }
  std::string taken;
  bool readable = true;
  int forgotten = 0;
};

metadata::ImagePtr image_with(const std::map<std::string, metadata::Image::Configs>& subscriptions) {
  auto state = std::make_shared<metadata::Image::State>();
  for (const auto& [name, configs] : subscriptions) {
    state->configs.set({metadata::ResourceType::client_metrics, name},
                       std::make_shared<const metadata::Image::Configs>(configs));
  }
  return std::make_shared<const metadata::Image>(std::move(state));
}

TelemetryClient java() { return {kInstance, "orders", "apache-kafka-java", "4.3.1", "10.0.0.1", 4000}; }

Telemetry::Push push_of(std::int32_t subscription, std::string_view metrics = "m") {
  return {subscription, false, 0, Buffer::copy_of(as_bytes(metrics))};
}

class TelemetryTest : public ::testing::Test {
 protected:
  TelemetryTest() {
    telemetry.set_receiver(&receiver);
    telemetry.set_image(image_with({{"java", {{"metrics", "a.,b."},
                                              {"interval.ms", "1000"},
                                              {"match", "client_software_name=apache.*,client_id=ord.*"}}},
                                    {"go", {{"metrics", "c."}, {"match", "client_software_name=franz"}}}}));
  }
  Receiver receiver;
  Telemetry telemetry{kMaxBytes, 2};
};

TEST_F(TelemetryTest, AClientIsAskedForWhatTheSubscriptionsThatMatchItWant) {
  const auto got = telemetry.subscription(java(), kNow);
  EXPECT_EQ(got.error, Errc::none);
  EXPECT_EQ(got.instance, kInstance);
  EXPECT_EQ(got.metrics, (std::vector<std::string>{"a.", "b."}));
  EXPECT_EQ(got.interval_ms, 1000);
  EXPECT_EQ(got.max_bytes, kMaxBytes);
}

TEST_F(TelemetryTest, WithoutAMatchNothingIsWantedEveryFiveMinutes) {
  auto other = java();
  other.software_name = "unknown";
  const auto got = telemetry.subscription(other, kNow);
  EXPECT_TRUE(got.metrics.empty());
  EXPECT_EQ(got.interval_ms, 300'000);
}

TEST_F(TelemetryTest, AStarTakesThePlaceOfAllOthers) {
  telemetry.set_image(image_with({{"x", {{"metrics", "a."}}}, {"y", {{"metrics", "*"}}}}));
  EXPECT_EQ(telemetry.subscription(java(), kNow).metrics, (std::vector<std::string>{"*"}));
}

TEST_F(TelemetryTest, WhoAsksAgainBeforeTheIntervalIsOverIsThrottledUnlessTheSubscriptionsChanged) {
  const auto first = telemetry.subscription(java(), kNow);
  EXPECT_EQ(telemetry.subscription(java(), kNow + 999).error, Errc::throttling_quota_exceeded);
  telemetry.set_image(image_with({{"x", {{"metrics", "z."}}}}));
  const auto changed = telemetry.subscription(java(), kNow + 999);
  EXPECT_EQ(changed.error, Errc::none);
  EXPECT_NE(changed.id, first.id);
}

TEST_F(TelemetryTest, APushIsTakenOncePerInterval) {
  const auto got = telemetry.subscription(java(), kNow);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow + 10), Errc::none);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow + 20), Errc::throttling_quota_exceeded);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow + 1010), Errc::none);
  EXPECT_EQ(receiver.taken, "mm");
}

TEST_F(TelemetryTest, WhatIsWrongWithAPushIsNamed) {
  const auto got = telemetry.subscription(java(), kNow);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id + 1), kNow), Errc::unknown_subscription_id);
  auto odd = push_of(got.id);
  odd.compression = 5;
  EXPECT_EQ(telemetry.push(java(), odd, kNow + 1000), Errc::unsupported_compression_type);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id, std::string(kMaxBytes + 1, 'x')), kNow + 2000),
            Errc::telemetry_too_large);
  auto garbage = push_of(got.id, "no zstd");
  garbage.compression = 4;
  EXPECT_EQ(telemetry.push(java(), garbage, kNow + 3000), Errc::invalid_record);
  receiver.readable = false;
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow + 4000), Errc::invalid_record);
}

TEST_F(TelemetryTest, AfterTheLastPushNothingIsTaken) {
  const auto got = telemetry.subscription(java(), kNow);
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow), Errc::none);
  auto last = push_of(got.id);
  last.terminating = true;
  EXPECT_EQ(telemetry.push(java(), last, kNow + 1), Errc::none);  // it need not wait
  EXPECT_EQ(telemetry.push(java(), push_of(got.id), kNow + 5000), Errc::invalid_request);
}

TEST_F(TelemetryTest, NoMoreClientsAreRememberedThanTheBound) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    auto client = java();
    client.instance = {i, i};
    telemetry.subscription(client, kNow + static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(telemetry.clients(), 2u);
  EXPECT_EQ(receiver.forgotten, 3);
}

TEST_F(TelemetryTest, ASilentClientBeginsAnew) {
  telemetry.subscription(java(), kNow);
  EXPECT_EQ(telemetry.subscription(java(), kNow + 60'001).error, Errc::none);
  EXPECT_EQ(receiver.forgotten, 1);
}

}  // namespace
}  // namespace millrace::broker
