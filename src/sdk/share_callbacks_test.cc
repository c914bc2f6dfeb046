#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "client/testing/scripted_broker.h"
#include "millrace/share_consumer.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/share_acknowledge.h"
#include "protocol/gen/share_fetch.h"
#include "protocol/gen/share_group_heartbeat.h"
#include "record/batch_builder.h"
#include "sdk/testing/lines.h"
#include "sdk/testing/loopback.h"

namespace millrace::client {
namespace {

using namespace protocol;

const ::millrace::Uuid kId{7, 9};

// A broker that leads the only partition of "t" and hands one record of it to whoever joins the share group.
class ShareBroker {
 public:
  ShareBroker() {
    record::BatchBuilder builder{record::BatchOptions()};
    builder.add(WallTime(1000), std::nullopt, as_bytes("a"), {});
    batch_ = builder.build();
    broker_.on<MetadataRequest, MetadataResponse>([this](const auto&, auto) {
      MetadataResponse response;
      response.brokers.push_back({0, "127.0.0.1", loopback_.port(), std::nullopt});
      auto& topic = response.topics.emplace_back();
      topic.name = "t";
      topic.topic_id = kId;
      auto& partition = topic.partitions.emplace_back();
      partition.leader_id = 0;
      partition.leader_epoch = 1;
      return response;
    });
    broker_.offer(ApiKey::get_telemetry_subscriptions, {1, 0});  // it would be silent about that
    broker_.offer(ApiKey::find_coordinator, {4, 4});
    broker_.on<FindCoordinatorRequest, FindCoordinatorResponse>([this](const auto& request, auto) {
      FindCoordinatorResponse response;
      auto& found = response.coordinators.emplace_back();
      found.key = request.coordinator_keys.at(0);
      found.node_id = 0;
      found.host = "127.0.0.1";
      found.port = loopback_.port();
      return response;
    });
    broker_.on<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>([](const auto& request, auto) {
      ShareGroupHeartbeatResponse response;
      response.member_id = request.member_id;
      response.member_epoch = 1;
      response.heartbeat_interval_ms = 100'000;
      response.assignment.emplace();
      response.assignment->topic_partitions.push_back({kId, {0}});
      return response;
    });
    broker_.on<ShareFetchRequest, ShareFetchResponse>([this](const auto&, auto) {
      ShareFetchResponse response;
      response.acquisition_lock_timeout_ms = 30'000;
      auto& topic = response.responses.emplace_back();
      topic.topic_id = kId;
      auto& part = topic.partitions.emplace_back();
      part.records = RecordsRef(batch_.bytes());
      part.acquired_records.push_back({0, 0, 1});
      return response;
    });
    broker_.on<ShareAcknowledgeRequest, ShareAcknowledgeResponse>([](const auto& request, auto) {
      ShareAcknowledgeResponse response;
      for (const auto& topic : request.topics) {
        auto& answer = response.responses.emplace_back();
        answer.topic_id = topic.topic_id;
        for (const auto& part : topic.partitions) answer.partitions.push_back({part.partition_index, 0});
      }
      return response;
    });
    loopback_.start();
  }
  std::string address() const { return loopback_.address(); }

 private:
  Buffer batch_;
  testing::ScriptedBroker broker_{0};
  testing::Loopback loopback_{broker_};
};

TEST(ShareCallbacks, AnAcknowledgementCallbackThatThrowsIsToldByALine) {
  testing::Lines lines;
  ShareBroker broker;
  auto consumer = ShareConsumer::create(ShareConsumerConfig().bootstrap_servers(broker.address()).group_id("g"),
                                        &lines.loop());
  ASSERT_TRUE(consumer.ok() && consumer->subscribe({"t"}));
  consumer->on_acknowledged([](const auto&, const auto&, const Status&) { testing::fail(); });
  const auto polled = consumer->poll(std::chrono::seconds(30));
  ASSERT_TRUE(polled.ok()) << polled.error().text();
  EXPECT_EQ(polled->size(), 1U);
  const auto told = consumer->commit().get();
  ASSERT_TRUE(told.ok()) << told.error().text();
  EXPECT_EQ(told->size(), 1U) << "the commit has its answer all the same";
  EXPECT_EQ(lines.count("the acknowledgement callback"), 1);
}

}  // namespace
}  // namespace millrace::client
