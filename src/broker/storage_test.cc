#include "broker/storage.h"

#include <gtest/gtest.h>

#include "broker/testing/bench_node.h"
#include "protocol/gen/alter_replica_log_dirs.h"
#include "protocol/gen/assign_replicas_to_dirs.h"
#include "protocol/gen/describe_log_dirs.h"

namespace millrace::broker {
namespace {

using protocol::AssignReplicasToDirsRequest;
using protocol::AssignReplicasToDirsResponse;
using protocol::Errc;
using testing::BenchNode;

class StorageTest : public ::testing::Test {
 protected:
  StorageTest() : node_({"log.dirs=one,two"}), storage_(node_.broker(), {[this] { ++beats_; }, [] { return 5; }}) {
    node_.broker().set_storage(&storage_);
    storage_.begin(node_.directory_ids);
    topic_ = node_.topic("t", 2);
    node_.shard().run();
  }
  ~StorageTest() override { node_.broker().set_storage(nullptr); }

  // "<partition>@<directory>" of the reports that the controller got since the last call, in order.
  std::string reported(Errc answer_with = Errc::none) {
    std::string text;
    auto asked = std::exchange(node_.quorum().asked, {});
    for (auto& one : asked) {
      AssignReplicasToDirsRequest request;
      EXPECT_TRUE(protocol::decode_body(one.body.bytes(), one.version, request).ok());
      EXPECT_EQ(request.broker_epoch, 5);
      AssignReplicasToDirsResponse response;
      for (const auto& directory : request.directories) {
        auto& results = response.directories.emplace_back();
        results.id = directory.id;
        for (const auto& topic : directory.topics) {
          results.topics.push_back({topic.topic_id, {}});
          for (const auto& partition : topic.partitions) {
            text += std::to_string(partition.partition_index) + "@" +
                    (directory.id == node_.directory_ids.at("one") ? "one " : "two ");
            results.topics.back().partitions.push_back({partition.partition_index, protocol::to_wire(answer_with)});
          }
        }
      }
      one.answer(protocol::encode_body(response, one.version));
    }
    node_.shard().run();
    return text;
  }
  // Answers until nothing more is reported.
  std::string all_reported() {
    std::string text;
    for (std::string some = reported(); !some.empty(); some = reported()) text += some;
    return text;
  }
  Errc move(std::int32_t partition, std::string_view dir) {
    protocol::AlterReplicaLogDirsRequest request;
    request.dirs.push_back({dir, {{"t", {partition}}}});
    const auto answer = node_.ask<protocol::AlterReplicaLogDirsResponse>(request);
    return protocol::from_wire(answer.results[0].partitions[0].error_code);
  }
  std::string dir_of(std::int32_t index) {
    std::string found;
    node_.broker().partitions().each_place([&](replica::Partition& partition, const std::string& dir, const auto&) {
      if (partition.identity().index == PartitionIndex(index)) found = dir;
    });
    return found;
  }

  int beats_ = 0;
  BenchNode node_;
  Storage storage_;
  Uuid topic_;
};

TEST_F(StorageTest, TheControllerLearnsWhereNewAndMovedReplicasLie) {
  EXPECT_EQ(all_reported(), "0@one 1@two ");
  EXPECT_EQ(move(0, "two"), Errc::none);
  node_.shard().run();
  EXPECT_EQ(dir_of(0), "two");
  EXPECT_EQ(all_reported(), "0@two ");
}

TEST_F(StorageTest, AReportIsSentAgainUntilItIsTakenOrNobodyWantsIt) {
  EXPECT_EQ(reported(Errc::invalid_request), "0@one ");
  EXPECT_EQ(reported(), "");
  node_.shard().advance(Millis(1000));
  EXPECT_EQ(reported(Errc::unknown_topic_id), "0@one 1@two ");
  node_.shard().advance(Millis(1000));
  EXPECT_EQ(reported(), "");
}

TEST_F(StorageTest, AFailedDirectoryIsToldAndItsPartitionsAnswerSo) {
  all_reported();
  storage_.fail("two");
  node_.shard().run();
  EXPECT_EQ(beats_, 1);
  EXPECT_EQ(storage_.offline(), std::vector{node_.directory_ids.at("two")});
  EXPECT_EQ(move(0, "two"), Errc::kafka_storage_error);
  EXPECT_EQ(node_.broker().partitions().failed(), 1U);
  // The controller has taken the leadership away.
  node_.broker().partitions().find({topic_, PartitionIndex(1)})->resign(LeaderEpoch(1));
  Errc error = Errc::none;
  node_.broker().partitions().with({topic_, PartitionIndex(1)},
                                   [&](replica::Partition*, Errc code) { error = code; });
  EXPECT_EQ(error, Errc::kafka_storage_error);
  node_.broker().partitions().with({topic_, PartitionIndex(0)},
                                   [&](replica::Partition*, Errc code) { error = code; });
  EXPECT_EQ(error, Errc::none);
  const auto dirs = node_.ask<protocol::DescribeLogDirsResponse>(protocol::DescribeLogDirsRequest());
  ASSERT_EQ(dirs.results.size(), 2U);
  EXPECT_EQ(protocol::from_wire(dirs.results[0].error_code), Errc::none);
  EXPECT_EQ(protocol::from_wire(dirs.results[1].error_code), Errc::kafka_storage_error);
}

}  // namespace
}  // namespace millrace::broker
