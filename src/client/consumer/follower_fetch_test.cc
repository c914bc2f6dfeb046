#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "client/consumer/consumer.h"
#include "client/testing/scripted_log.h"

// KIP-392: a consumer that says where it stands reads from the replica that the leader names.
namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using testing::FakePorts;
using testing::ScriptedCluster;
using testing::ScriptedLog;

// Broker 0 leads and sends those of rack "r" to broker 1, which has one record, or answers `follower_code`.
class FollowerFetchTest : public ::testing::Test {
 protected:
  FollowerFetchTest() {
    brokers.topics = {{"t", {0}, 1, 0}};
    options.auto_commit = false;
    options.reset = Reset::earliest;
    options.rack = "r";
    leader.values = {"0"};
    leader.serve(brokers.broker(0), [this](const FetchRequest& request, ScriptedLog::Part& part) {
      if (request.rack_id != "r" || !leader_sends_away) return false;
      part.preferred_read_replica = 1;
      return true;
    });
    follower.values = {"1"};
    follower.serve(brokers.broker(1), [this](const FetchRequest&, ScriptedLog::Part& part) {
      if (follower_code == Errc::none) return false;
      part.error_code = protocol::to_wire(follower_code);
      leader_sends_away = false;
      return true;
    });
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
  ScriptedLog leader;
  ScriptedLog follower;
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
