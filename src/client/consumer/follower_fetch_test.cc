#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "client/consumer/consumer.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/list_offsets.h"
#include "record/batch_builder.h"

// KIP-392: a consumer that says where it stands reads from the replica that the leader names.
namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using testing::FakePorts;
using testing::ScriptedCluster;

// Broker 0 leads and sends those of rack "r" to broker 1, which has one record, or answers `follower_code`.
class FollowerFetchTest : public ::testing::Test {
 protected:
  FollowerFetchTest() {
    brokers.topics = {{"t", {0}, 1, 0}};
    options.auto_commit = false;
    options.reset = Reset::earliest;
    options.rack = "r";
    brokers.broker(0).on<ListOffsetsRequest, ListOffsetsResponse>([](const auto& request, auto) {
      ListOffsetsResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      topic.partitions.push_back({0, 0, -1, 0, 1});
      return response;
    });
    for (const std::int32_t id : {0, 1}) {
      brokers.broker(id).offer(protocol::ApiKey::fetch, {4, 12});  // without sessions
      brokers.broker(id).on<FetchRequest, FetchResponse>([this, id](const auto& request, auto) {
        return answer(request, id);
      });
    }
  }
  FetchResponse answer(const FetchRequest& request, std::int32_t id) {
    FetchResponse response;
    if (request.topics.empty()) return response;
    auto& topic = response.responses.emplace_back();
    topic.topic = request.topics.at(0).topic;
    auto& part = topic.partitions.emplace_back();
    part.high_watermark = 1;
    part.aborted_transactions.reset();
    const bool sends_away = id == 0 && request.rack_id == "r" && leader_sends_away;
    if (sends_away) {
      part.preferred_read_replica = 1;
    } else if (id == 1 && follower_code != Errc::none) {
      part.error_code = protocol::to_wire(follower_code);
      leader_sends_away = false;
    } else if (request.topics.at(0).partitions.at(0).fetch_offset == 0) {
      record::BatchOptions shape;
      record::BatchBuilder builder(shape);
      builder.add(WallTime(1000), std::nullopt, as_bytes(std::to_string(id)), {});
      held = builder.build();
      part.records = protocol::RecordsRef(held.bytes());
    } else {
      part.error_code = protocol::to_wire(Errc::offset_not_available);
    }
    return response;
  }
  // Who has sent the record.
  std::string read() {
    ClusterOptions cluster;
    cluster.bootstrap = {ScriptedCluster::address(0)};
    made = std::make_unique<ConsumerCore>(ports.shard(), cluster, options);
    EXPECT_TRUE(made->assign({{"t", 0}}));
    std::string seen = "nobody";
    made->poll(Millis(3000), [&](Result<Polled> polled) {
      if (polled && !polled->records.empty()) seen = std::string(*polled->records[0].value);
    });
    ports.advance(Millis(3000));
    return seen;
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 2};
  ConsumerOptions options;
  bool leader_sends_away = true;
  Errc follower_code = Errc::none;
  Buffer held;
  std::unique_ptr<ConsumerCore> made;
};

TEST_F(FollowerFetchTest, ReadsFromTheReplicaThatTheLeaderNames) { EXPECT_EQ(read(), "1"); }

TEST_F(FollowerFetchTest, WithoutARackTheLeaderIsRead) {
  options.rack.clear();
  EXPECT_EQ(read(), "0");
}

// A follower may be behind: that an offset is out of range, only the leader knows.
TEST_F(FollowerFetchTest, AFollowerThatDoesNotHaveTheOffsetIsLeftForTheLeader) {
  follower_code = Errc::offset_out_of_range;
  EXPECT_EQ(read(), "0");
}

TEST_F(FollowerFetchTest, AFollowerThatIsNoReplicaAnyMoreIsLeftForTheLeader) {
  follower_code = Errc::not_leader_or_follower;
  EXPECT_EQ(read(), "0");
}

}  // namespace
}  // namespace millrace::client
