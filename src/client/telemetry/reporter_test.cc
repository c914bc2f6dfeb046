#include "client/telemetry/reporter.h"

#include <gtest/gtest.h>

#include <optional>

#include "client/testing/scripted_broker.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::GetTelemetrySubscriptionsRequest;
using protocol::GetTelemetrySubscriptionsResponse;
using protocol::PushTelemetryRequest;
using protocol::PushTelemetryResponse;
using testing::ScriptedCluster;

// The fields of one protobuf message: (number, bytes or number).
struct Field {
  std::uint64_t number;
  std::string bytes;
  std::uint64_t value = 0;
};

std::vector<Field> fields_of(std::string_view in) {
  std::vector<Field> fields;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(in.front());
      in.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (!in.empty()) {
    const std::uint64_t key = varint();
    Field field{key >> 3, {}, 0};
    if ((key & 7) == 0) {
      field.value = varint();
    } else if ((key & 7) == 1) {
      for (std::size_t i = 0; i < 8; ++i) {
        field.value |= std::uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
      }
      in.remove_prefix(8);
    } else {
      const std::uint64_t size = varint();
      field.bytes = in.substr(0, size);
      in.remove_prefix(size);
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::optional<Field> first(std::string_view message, std::uint64_t number) {
  for (auto& field : fields_of(message)) {
    if (field.number == number) return field;
  }
  return std::nullopt;
}

// What a push says: name -> value.
std::map<std::string, std::uint64_t> values(std::string_view push) {
  std::map<std::string, std::uint64_t> result;
  const auto scope = first(first(push, 1)->bytes, 2)->bytes;
  for (const Field& metric : fields_of(scope)) {
    if (metric.number != 2) continue;
    auto data = first(metric.bytes, 7);
    if (!data) data = first(metric.bytes, 5);
    result[first(metric.bytes, 1)->bytes] = first(first(data->bytes, 1)->bytes, 6)->value;
  }
  return result;
}

class ReporterTest : public ::testing::Test {
 protected:
  ReporterTest() {
    options.bootstrap = {ScriptedCluster::address(0)};
    brokers.broker(0).on<GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse>(
        [this](const GetTelemetrySubscriptionsRequest& request, std::int16_t) {
          asked.push_back(request.client_instance_id);
          GetTelemetrySubscriptionsResponse response;
          response.client_instance_id = ::millrace::Uuid::from_random(1, 2);
          response.subscription_id = subscription;
          response.push_interval_ms = 1000;
          response.telemetry_max_bytes = 1 << 20;
          response.delta_temporality = delta;
          for (const auto& prefix : prefixes) response.requested_metrics.push_back(prefix);
          return response;
        });
    brokers.broker(0).on<PushTelemetryRequest, PushTelemetryResponse>(
        [this](const PushTelemetryRequest& request, std::int16_t) {
          pushes.emplace_back(as_text(request.metrics));
          terminating = request.terminating;
          PushTelemetryResponse response;
          if (request.subscription_id != subscription) {
            response.error_code = protocol::to_wire(Errc::unknown_subscription_id);
          }
          return response;
        });
  }
  void start() {
    cluster.emplace(ports.shard(), options);
    reporter.emplace(*cluster, [this] {
      return std::vector<Metric>{{"org.a.total", count += 10, true}, {"org.b", 7, false}, {"net.c", 1, false}};
    });
    cluster->track("t");
    ports.run();
  }

  testing::FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  ClusterOptions options;
  std::int32_t subscription = 4;
  bool delta = false;
  std::vector<std::string> prefixes{"org."};
  std::vector<::millrace::Uuid> asked;
  std::vector<std::string> pushes;
  std::int64_t count = 0;
  bool terminating = false;
  std::optional<Cluster> cluster;
  std::optional<Reporter> reporter;
};

TEST_F(ReporterTest, PushesWhatIsSubscribedAtItsInterval) {
  start();
  ports.advance(Millis(1600));
  ASSERT_GE(pushes.size(), 1U);
  EXPECT_EQ(values(pushes.front()), (std::map<std::string, std::uint64_t>{{"org.a.total", 10}, {"org.b", 7}}));
  const std::size_t before = pushes.size();
  ports.advance(Millis(10'000));
  EXPECT_EQ(pushes.size(), before + 10);
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(ReporterTest, DifferencesWhereTheBrokerWantsThem) {
  delta = true;
  start();
  ports.advance(Millis(4000));
  ASSERT_GE(pushes.size(), 2U);
  count = 1000;
  ports.advance(Millis(1000));
  EXPECT_EQ(values(pushes[1])["org.a.total"], 10U);
  EXPECT_GT(values(pushes.back())["org.a.total"], 900U);
}

TEST_F(ReporterTest, ChangedSubscriptionIsAskedForByTheSameName) {
  start();
  ports.advance(Millis(1600));
  subscription = 5;
  prefixes = {""};
  ports.advance(Millis(3000));
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0], ::millrace::Uuid());
  EXPECT_EQ(asked[1], ::millrace::Uuid::from_random(1, 2));
  EXPECT_EQ(values(pushes.back()).size(), 3U);
}

TEST_F(ReporterTest, LastPushSaysThatItIsTheLast) {
  start();
  ports.advance(Millis(1600));
  EXPECT_FALSE(terminating);
  const std::size_t before = pushes.size();
  reporter->end();
  ports.run();
  EXPECT_EQ(pushes.size(), before + 1);
  EXPECT_TRUE(terminating);
}

TEST_F(ReporterTest, NobodyIsToldWhatNobodyWants) {
  prefixes.clear();
  start();
  ports.advance(Millis(5000));
  EXPECT_TRUE(pushes.empty());
  EXPECT_GE(asked.size(), 2U);
}

TEST_F(ReporterTest, BrokerWithoutTelemetryIsLeftInPeace) {
  brokers.broker(0).offer(protocol::ApiKey::get_telemetry_subscriptions, {0, -1});
  start();
  ports.advance(Millis(300'000));
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(pushes.empty());
}

// Whoever asks for the client's id before anything else has the brokers asked.
TEST_F(ReporterTest, TheClientsIdIsToldToWhoeverAsks) {
  start();
  std::vector<std::string> told;
  const auto tell = [&](const Result<std::string>& id) { told.push_back(id ? *id : id.error().text()); };
  reporter->instance_id(Millis(5'000), tell);
  EXPECT_TRUE(told.empty()) << "never from inside of the call";
  ports.advance(Millis(2'000));
  reporter->instance_id(Millis(5'000), tell);
  ports.advance(Millis(100));
  const std::string id = ::millrace::Uuid::from_random(1, 2).text();
  EXPECT_EQ(told, (std::vector<std::string>{id, id}));
}

TEST_F(ReporterTest, WithoutAnybodyWhoCollectsThereIsNoId) {
  brokers.broker(0).offer(protocol::ApiKey::get_telemetry_subscriptions, {1, 0});
  start();
  std::optional<Result<std::string>> told;
  reporter->instance_id(Millis(5'000), [&](const Result<std::string>& id) { told = id; });
  ports.advance(Millis(1'000));
  ASSERT_TRUE(told && !*told);
  EXPECT_TRUE(told->error().is(Cause::unsupported_version)) << told->error().text();
}

TEST_F(ReporterTest, AnIdThatNobodyTellsIsWaitedForNoLongerThanAllowed) {
  options.bootstrap = {{"nowhere", 1}};
  cluster.emplace(ports.shard(), options);
  reporter.emplace(*cluster, [] { return std::vector<Metric>(); });
  std::vector<Error> told;
  const auto tell = [&](const Result<std::string>& id) { told.push_back(id.error()); };
  reporter->instance_id(Millis(5'000), tell);
  ports.advance(Millis(6'000));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].is(Cause::timed_out)) << told[0].text();
  reporter->instance_id(Millis(5'000), tell);
  reporter->end();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(told[1].is(Cause::closed)) << told[1].text();
}

TEST(InstanceId, AClientThatMayPushNothingHasNone) {
  std::optional<Error> told;
  instance_id(nullptr, Millis(1), [&](const Result<std::string>& id) { told = id.error(); });
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->is(Cause::wrong_state));
  EXPECT_NE(told->message.find("enable.metrics.push"), std::string::npos);
}

}  // namespace
}  // namespace millrace::client
