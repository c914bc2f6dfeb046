#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

#include "controller/testing/cluster.h"
#include "metadata/bootstrap.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_quorum.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/fetch_snapshot.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::FetchSnapshotRequest;
using protocol::FetchSnapshotResponse;

constexpr std::int16_t kFetchVersion = 18;
constexpr const char* kLog = "data/__cluster_metadata-0/00000000000000000000.log";
constexpr Uuid kDirectory{7, 7};
constexpr Nanos kSecond{1'000'000'000};

FetchRequest fetch_from(std::int64_t offset, std::int32_t last_epoch, std::int32_t leader_epoch) {
  FetchRequest request;
  request.replica_state.replica_id = 9;
  auto& topic = request.topics.emplace_back();
  topic.topic_id = metadata::kMetadataTopicId;
  auto& partition = topic.partitions.emplace_back();
  partition.fetch_offset = offset;
  partition.last_fetched_epoch = last_epoch;
  partition.current_leader_epoch = leader_epoch;
  partition.replica_directory_id = kDirectory;
  return request;
}

FetchSnapshotRequest snapshot_at(std::int64_t end, std::int32_t epoch, std::int64_t position) {
  FetchSnapshotRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "__cluster_metadata";
  auto& partition = topic.partitions.emplace_back();
  partition.current_leader_epoch = 1;
  partition.snapshot_id = {end, epoch};
  partition.position = position;
  return request;
}

class Reads : public ::testing::Test {
 protected:
  // Asks and gives what came back for the partition; the records are copied to `records`.
  FetchResponse::PartitionData fetch(Cluster& cluster, const FetchRequest& request) {
    FetchResponse::PartitionData got;
    cluster.ask<FetchResponse>(request, kFetchVersion, [&](const FetchResponse& response) {
      whole = response.error_code;
      if (response.responses.empty()) return;
      got = response.responses.at(0).partitions.at(0);
      endpoints = response.node_endpoints.size();
      const Bytes bytes = got.records ? got.records->in_memory : Bytes();
      records.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    return got;
  }
  // An observer's log.
  struct Copy {
    std::int64_t next = 0;
    std::int32_t epoch = 0;
    std::string bytes;
  };
  // Fetches a batch at a time until it has everything.
  void bring_up(Cluster& cluster, Copy& copy) {
    const std::int32_t leader = fetch(cluster, fetch_from(0, 0, 0)).current_leader.leader_epoch;
    do {
      FetchRequest request = fetch_from(copy.next, copy.epoch, leader);
      request.max_bytes = 1;
      const auto got = fetch(cluster, request);
      ASSERT_EQ(got.error_code, 0);
      ASSERT_EQ(got.diverging_epoch.epoch, -1) << "at " << copy.next;
      copy.bytes += records;
      record::BatchWalk walk(as_bytes(records));
      while (walk.next()) {
        copy.next = walk.batch().next_offset().value();
        copy.epoch = walk.batch().leader_epoch().value();
      }
    } while (!records.empty());
  }
  std::int16_t fetch_code(Cluster& cluster, const FetchRequest& request) {
    const auto got = fetch(cluster, request);
    return whole != 0 ? whole : got.error_code;
  }
  std::int16_t snapshot_code(Cluster& cluster, const FetchSnapshotRequest& request) {
    std::int16_t code = -1;
    cluster.ask<FetchSnapshotResponse>(request, 1, [&](const FetchSnapshotResponse& response) {
      code = response.error_code != 0 ? response.error_code : response.topics.at(0).partitions.at(0).error_code;
    });
    return code;
  }
  static std::int16_t wire(Errc code) { return protocol::to_wire(code); }

  std::int16_t whole = 0;
  std::size_t endpoints = 0;
  std::string records;
};

TEST_F(Reads, AnObserverGetsTheLogAsItIsOnTheDisk) {
  Cluster cluster(31);
  cluster.start();
  EXPECT_EQ(cluster.create("t"), 0);
  Copy copy;
  bring_up(cluster, copy);
  EXPECT_EQ(copy.bytes, *cluster.node->disk().contents(kLog));
  const auto last = fetch(cluster, fetch_from(copy.next, 1, 1));
  EXPECT_EQ(last.high_watermark, copy.next);
  EXPECT_EQ(last.log_start_offset, 0);
  EXPECT_EQ(last.current_leader.leader_id, 1);
  EXPECT_EQ(last.current_leader.leader_epoch, 1);
  EXPECT_EQ(endpoints, 1U);
}

// The power goes while something is written that an observer may be reading.
TEST_F(Reads, NoCrashOfTheLeaderMakesAnObserverCutItsCopy) {
  for (std::uint64_t seed = 300; seed < 320; ++seed) {
    SCOPED_TRACE(seed);
    Cluster cluster(seed);
    Copy copy;
    for (int life = 0; life < 4; ++life) {
      cluster.start();
      EXPECT_EQ(cluster.create("t" + std::to_string(life)), 0);
      protocol::CreateTopicsRequest request;
      const std::string name = "u" + std::to_string(life);
      request.topics.emplace_back().name = name;
      request.topics[0].num_partitions = 1;
      request.topics[0].replication_factor = 1;
      cluster.app().shard().timers.at(cluster.world.now(), [&] {
        cluster.app().ask<protocol::CreateTopicsResponse>(request, 7, [](const protocol::CreateTopicsResponse&) {});
      });
      bring_up(cluster, copy);
      cluster.kill(sim::Crash::power);
    }
    cluster.start();
    bring_up(cluster, copy);
    EXPECT_EQ(copy.bytes, *cluster.node->disk().contents(kLog));
  }
}

TEST_F(Reads, AFetchAtTheEndWaitsForTheNextRecordAndNoLonger) {
  Cluster cluster(32);
  cluster.start();
  const std::int64_t end = fetch(cluster, fetch_from(0, 0, 1)).high_watermark;
  FetchRequest request = fetch_from(end, 1, 1);
  request.max_wait_ms = 500;
  const MonoTime begun = cluster.world.now();
  EXPECT_EQ(fetch(cluster, request).high_watermark, end);
  EXPECT_TRUE(records.empty());
  EXPECT_GE(cluster.world.now() - begun, 500'000'000);

  request.max_wait_ms = 5000;
  bool answered = false;
  cluster.app().shard().timers.at(cluster.world.now(), [&] {
    cluster.app().ask<FetchResponse>(request, kFetchVersion, [&](const FetchResponse& response) {
      answered = true;
      EXPECT_GT(response.responses.at(0).partitions.at(0).records->size(), 0U);
    });
  });
  cluster.world.run_for(kSecond);
  EXPECT_FALSE(answered);
  EXPECT_EQ(cluster.create("t"), 0);
  EXPECT_TRUE(cluster.world.run_until([&] { return answered; }, cluster.world.now() + Millis(1000)));
}

TEST_F(Reads, AFetchThatKnowsLessOfWhatIsCommittedIsAnsweredAtOnce) {
  Cluster cluster(33);
  cluster.start();
  const std::int64_t end = fetch(cluster, fetch_from(0, 0, 1)).high_watermark;
  FetchRequest request = fetch_from(end, 1, 1);
  request.max_wait_ms = 5000;
  request.topics[0].partitions[0].high_watermark = end - 1;
  const MonoTime begun = cluster.world.now();
  EXPECT_EQ(fetch(cluster, request).high_watermark, end);
  EXPECT_LT(cluster.world.now() - begun, 1'000'000'000);
}

TEST_F(Reads, AFetchThatWaitsIsRefusedBeforeTheQuorumHasStopped) {
  Cluster cluster(34);
  cluster.start();
  const std::int64_t end = fetch(cluster, fetch_from(0, 0, 1)).high_watermark;
  FetchRequest request = fetch_from(end, 1, 1);
  request.max_wait_ms = 1'000'000;
  std::int16_t code = -1;
  cluster.app().shard().timers.at(cluster.world.now(), [&] {
    cluster.app().ask<FetchResponse>(request, kFetchVersion, [&](const FetchResponse& response) {
      code = response.responses.at(0).partitions.at(0).error_code;
    });
  });
  cluster.world.run_for(kSecond);
  EXPECT_EQ(code, -1);
  bool stopped = false;
  cluster.app().shard().timers.at(cluster.world.now(), [&] {
    cluster.app().quorum().stop([&] {
      EXPECT_EQ(code, wire(Errc::broker_not_available));
      stopped = true;
    });
  });
  EXPECT_TRUE(cluster.world.run_until([&] { return stopped; }, cluster.world.now() + Millis(10'000)));
}

TEST_F(Reads, AskedWronglyGivesKafkasErrors) {
  Cluster cluster(35);
  cluster.start();
  FetchRequest request = fetch_from(0, 0, 1);
  request.cluster_id = "another";
  EXPECT_EQ(fetch_code(cluster, request), wire(Errc::inconsistent_cluster_id));
  request = fetch_from(0, 0, 1);
  request.topics[0].topic_id = Uuid{1, 1};
  EXPECT_EQ(fetch_code(cluster, request), wire(Errc::invalid_request));
  request = fetch_from(0, 0, 1);
  request.topics[0].partitions[0].partition = 1;
  EXPECT_EQ(fetch_code(cluster, request), wire(Errc::invalid_request));
  EXPECT_EQ(fetch_code(cluster, fetch_from(-1, 0, 1)), wire(Errc::invalid_request));
  EXPECT_EQ(fetch_code(cluster, fetch_from(0, 2, 1)), wire(Errc::invalid_request));
  EXPECT_EQ(fetch_code(cluster, fetch_from(0, 0, 0)), wire(Errc::fenced_leader_epoch));
  EXPECT_EQ(fetch_code(cluster, fetch_from(0, 0, 2)), wire(Errc::unknown_leader_epoch));
  request = fetch_from(0, 0, 1);
  request.replica_state.replica_id = 1;
  EXPECT_EQ(fetch_code(cluster, request), wire(Errc::unknown_server_error));
}

TEST_F(Reads, ACopyThatIsTooLongIsToldWhereItDiverges) {
  Cluster cluster(36);
  cluster.start();
  const std::int64_t end = fetch(cluster, fetch_from(0, 0, 1)).high_watermark;
  const auto got = fetch(cluster, fetch_from(end + 5, 1, 1));
  EXPECT_EQ(got.error_code, 0);
  EXPECT_EQ(got.diverging_epoch.epoch, 1);
  EXPECT_EQ(got.diverging_epoch.end_offset, end);
}

TEST_F(Reads, AnObserverIsDescribed) {
  Cluster cluster(37);
  cluster.start();
  const std::int64_t end = fetch(cluster, fetch_from(0, 0, 1)).high_watermark;
  (void)fetch(cluster, fetch_from(end, 1, 1));
  protocol::DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  topic.partitions.emplace_back();
  cluster.ask<protocol::DescribeQuorumResponse>(request, 2, [&](const protocol::DescribeQuorumResponse& response) {
    const auto& partition = response.topics.at(0).partitions.at(0);
    ASSERT_EQ(partition.observers.size(), 1U);
    EXPECT_EQ(partition.observers[0].replica_id, 9);
    EXPECT_EQ(partition.observers[0].replica_directory_id, kDirectory);
    EXPECT_EQ(partition.observers[0].log_end_offset, end);
    EXPECT_GT(partition.observers[0].last_caught_up_timestamp, 0);
  });
}

TEST_F(Reads, ACopyThatEndsBelowTheLogGetsTheNewestSnapshotPieceByPiece) {
  Cluster cluster(38);
  cluster.plan.server.quorum.snapshot_after_bytes = 1000;
  cluster.start();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(cluster.create("t" + std::to_string(i), 4), 0);
  cluster.world.run_for(kSecond);
  const auto named = fetch(cluster, fetch_from(0, 0, 1)).snapshot_id;
  ASSERT_GT(named.end_offset, 0);
  EXPECT_TRUE(records.empty());
  const metadata::CheckpointName name{Offset(named.end_offset), LeaderEpoch(named.epoch)};
  const std::string file =
      *cluster.node->disk().contents("data/__cluster_metadata-0/" + metadata::render_checkpoint_name(name));
  std::string copy;
  while (copy.size() < file.size()) {
    auto request = snapshot_at(named.end_offset, named.epoch, static_cast<std::int64_t>(copy.size()));
    request.max_bytes = 1000;
    const std::size_t before = copy.size();
    cluster.ask<FetchSnapshotResponse>(request, 1, [&](const FetchSnapshotResponse& response) {
      const auto& got = response.topics.at(0).partitions.at(0);
      EXPECT_EQ(got.error_code, 0);
      EXPECT_EQ(got.size, static_cast<std::int64_t>(file.size()));
      EXPECT_EQ(got.position, static_cast<std::int64_t>(before));
      EXPECT_EQ(response.node_endpoints.size(), 1U);
      const Bytes bytes = got.unaligned_records->in_memory;
      copy.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    ASSERT_GT(copy.size(), before);
  }
  EXPECT_EQ(copy, file);
  EXPECT_EQ(snapshot_code(cluster, snapshot_at(named.end_offset, named.epoch, static_cast<std::int64_t>(file.size()))),
            wire(Errc::position_out_of_range));
  EXPECT_EQ(snapshot_code(cluster, snapshot_at(named.end_offset, named.epoch, -1)), wire(Errc::position_out_of_range));
}

TEST_F(Reads, ASnapshotAskedForWronglyGivesKafkasErrors) {
  Cluster cluster(39);
  cluster.start();
  EXPECT_EQ(snapshot_code(cluster, snapshot_at(5, 1, 0)), wire(Errc::snapshot_not_found));
  EXPECT_EQ(snapshot_code(cluster, snapshot_at(0, 0, 0)), wire(Errc::snapshot_not_found));  // what formatting left
  auto request = snapshot_at(0, 0, 0);
  request.cluster_id = "another";
  EXPECT_EQ(snapshot_code(cluster, request), wire(Errc::inconsistent_cluster_id));
  request = snapshot_at(0, 0, 0);
  request.topics[0].name = "another";
  EXPECT_EQ(snapshot_code(cluster, request), wire(Errc::unknown_topic_or_partition));
  request = snapshot_at(0, 0, 0);
  request.topics[0].partitions[0].current_leader_epoch = 0;
  EXPECT_EQ(snapshot_code(cluster, request), wire(Errc::fenced_leader_epoch));
  request.topics[0].partitions[0].current_leader_epoch = 2;
  EXPECT_EQ(snapshot_code(cluster, request), wire(Errc::unknown_leader_epoch));
}

}  // namespace
}  // namespace millrace::controller
