#include "metadata/replayer.h"

#include <gtest/gtest.h>

#include <vector>

#include "metadata/record_frame.h"
#include "protocol/gen/abort_transaction_record.h"
#include "protocol/gen/begin_transaction_record.h"
#include "protocol/gen/end_transaction_record.h"
#include "protocol/gen/no_op_record.h"

namespace millrace::metadata {
namespace {

constexpr Uuid kTopic{1, 2};
constexpr Uuid kDirectory{5, 6};

class Replay : public ::testing::Test {
 protected:
  template <protocol::Message T>
  Outcome add(const T& record, std::int16_t version = T::kMaxVersion) {
    const Buffer value = frame_record(record, version);
    const Outcome outcome = replayer_.replay(value.bytes(), Offset(next_));
    if (outcome.ok()) ++next_;
    return outcome;
  }
  ImagePtr image() { return *replayer_.image(Offset(next_)); }

  void topic(std::string_view name, const Uuid& id, std::int32_t partitions) {
    protocol::TopicRecord record;
    record.name = name;
    record.topic_id = id;
    ASSERT_TRUE(add(record).ok());
    for (std::int32_t i = 0; i < partitions; ++i) ASSERT_TRUE(add(partition(id, i)).ok());
  }
  static protocol::PartitionRecord partition(const Uuid& topic, std::int32_t index) {
    protocol::PartitionRecord record;
    record.topic_id = topic;
    record.partition_id = index;
    record.replicas = {1};
    record.isr = {1};
    record.leader = 1;
    record.leader_epoch = 0;
    record.partition_epoch = 0;
    record.directories = {kDirectory};
    return record;
  }
  static protocol::ConfigRecord config(std::string_view name, std::optional<std::string_view> value) {
    protocol::ConfigRecord record;
    record.resource_type = 2;
    record.resource_name = "t";
    record.name = name;
    record.value = value;
    return record;
  }
  static protocol::RegisterBrokerRecord broker(std::int64_t epoch) {
    protocol::RegisterBrokerRecord record;
    record.broker_id = 1;
    record.incarnation_id = {8, 8};
    record.broker_epoch = epoch;
    record.end_points = {{"PLAINTEXT", "localhost", 9092, 0}};
    record.features = {{"metadata.version", 7, 30}};
    record.rack = std::nullopt;
    record.log_dirs = {kDirectory};
    return record;
  }

  Replayer replayer_;
  std::int64_t next_ = 0;
};

TEST_F(Replay, TopicIsFoundByNameAndById) {
  topic("t", kTopic, 3);
  const ImagePtr now = image();
  ASSERT_NE(now->topic("t"), nullptr);
  EXPECT_EQ(now->topic("t"), now->topic(kTopic));
  EXPECT_EQ(now->topic("t")->partitions.size(), 3U);
  EXPECT_EQ(now->topic("t")->partitions[2].index, PartitionIndex(2));
  EXPECT_EQ(now->topic("t")->partitions[2].directories, std::vector{kDirectory});
  EXPECT_EQ(now->offset(), Offset(4));
  EXPECT_EQ(now->topic("u"), nullptr);
}

TEST_F(Replay, ImagesDoNotChangeAfterwardsAndShareTheRest) {
  topic("a", {1, 1}, 1);
  topic("b", {2, 2}, 1);
  const ImagePtr before = image();
  protocol::PartitionChangeRecord change;
  change.topic_id = {1, 1};
  change.partition_id = 0;
  change.leader = -1;
  ASSERT_TRUE(add(change).ok());
  const ImagePtr after = image();
  EXPECT_EQ(before->topic("a")->partitions[0].leader, NodeId(1));
  EXPECT_EQ(after->topic("a")->partitions[0].leader, kNoNode);
  EXPECT_EQ(before->topic("b"), after->topic("b"));
}

TEST_F(Replay, LeaderChangesBeginLeaderEpochsAndAllChangesPartitionEpochs) {
  topic("t", kTopic, 1);
  protocol::PartitionChangeRecord stopped;
  stopped.topic_id = kTopic;
  stopped.partition_id = 0;
  stopped.isr.emplace();
  stopped.leader = -1;
  stopped.eligible_leader_replicas = {1};
  stopped.last_known_elr = {1};
  ASSERT_TRUE(add(stopped).ok());
  protocol::PartitionChangeRecord no_elr;
  no_elr.topic_id = kTopic;
  no_elr.partition_id = 0;
  no_elr.eligible_leader_replicas.emplace();
  ASSERT_TRUE(add(no_elr).ok());
  protocol::PartitionChangeRecord back;
  back.topic_id = kTopic;
  back.partition_id = 0;
  back.isr = {1};
  back.leader = 1;
  back.leader_recovery_state = 1;
  ASSERT_TRUE(add(back).ok());
  const PartitionImage& partition = image()->topic("t")->partitions[0];
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(2));
  EXPECT_EQ(partition.partition_epoch, 3);
  EXPECT_EQ(partition.isr, std::vector{NodeId(1)});
  EXPECT_TRUE(partition.elr.empty());
  EXPECT_EQ(partition.last_known_elr, std::vector{NodeId(1)});
  EXPECT_EQ(partition.leader_recovery_state, 1);
}

TEST_F(Replay, RemovingATopicTakesItsConfigsAlong) {
  topic("t", kTopic, 1);
  ASSERT_TRUE(add(config("retention.ms", "5")).ok());
  protocol::RemoveTopicRecord remove;
  remove.topic_id = kTopic;
  ASSERT_TRUE(add(remove).ok());
  topic("t", {9, 9}, 1);
  const ImagePtr now = image();
  EXPECT_TRUE(now->configs({ResourceType::topic, "t"}).empty());
  EXPECT_EQ(now->topic(kTopic), nullptr);
  EXPECT_EQ(now->topic("t")->id, (Uuid{9, 9}));
}

TEST_F(Replay, NullTakesAConfigBack) {
  ASSERT_TRUE(add(config("a", "1")).ok());
  ASSERT_TRUE(add(config("b", "2")).ok());
  ASSERT_TRUE(add(config("a", std::nullopt)).ok());
  const Image::Configs expected{{"b", "2"}};
  EXPECT_EQ(image()->configs({ResourceType::topic, "t"}), expected);
}

TEST_F(Replay, BrokerIsFencedUntilARecordSaysOtherwise) {
  ASSERT_TRUE(add(broker(4)).ok());
  EXPECT_TRUE(image()->broker(NodeId(1))->fenced);
  protocol::BrokerRegistrationChangeRecord change;
  change.broker_id = 1;
  change.broker_epoch = 4;
  change.fenced = -1;
  ASSERT_TRUE(add(change, 0).ok());
  EXPECT_FALSE(image()->broker(NodeId(1))->fenced);
  change.fenced = 0;
  change.in_controlled_shutdown = 1;
  ASSERT_TRUE(add(change, 1).ok());
  EXPECT_TRUE(image()->broker(NodeId(1))->in_controlled_shutdown);
  change.broker_epoch = 3;
  EXPECT_FALSE(add(change, 1).ok());  // of an earlier registration
}

TEST_F(Replay, TransactionShowsOnlyWhenItHasEnded) {
  ASSERT_TRUE(add(protocol::BeginTransactionRecord{}).ok());
  topic("t", kTopic, 1);
  EXPECT_EQ(image()->topic("t"), nullptr);
  EXPECT_TRUE(replayer_.in_transaction());
  ASSERT_TRUE(add(protocol::EndTransactionRecord{}).ok());
  EXPECT_NE(image()->topic("t"), nullptr);
}

TEST_F(Replay, AbortedTransactionLeavesNothing) {
  topic("before", {3, 3}, 1);
  ASSERT_TRUE(add(protocol::BeginTransactionRecord{}).ok());
  topic("t", kTopic, 1);
  protocol::RemoveTopicRecord remove;
  remove.topic_id = {3, 3};
  ASSERT_TRUE(add(remove).ok());
  ASSERT_TRUE(add(protocol::AbortTransactionRecord{}).ok());
  EXPECT_EQ(image()->topic("t"), nullptr);
  EXPECT_NE(image()->topic("before"), nullptr);
  EXPECT_FALSE(add(protocol::EndTransactionRecord{}).ok());
}

TEST_F(Replay, UnknownTypeNamesItsOffset) {
  const std::vector<std::byte> value{std::byte{1}, std::byte{99}, std::byte{0}};
  const Outcome outcome = replayer_.replay(value, Offset(1234));
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().find("offset 1234"), std::string::npos) << outcome.error();
  EXPECT_NE(outcome.error().find("type 99"), std::string::npos) << outcome.error();
}

TEST_F(Replay, RecordsThatFitNothingAreErrors) {
  EXPECT_FALSE(add(partition(kTopic, 0)).ok());
  protocol::RemoveTopicRecord remove;
  remove.topic_id = kTopic;
  EXPECT_FALSE(add(remove).ok());
  topic("t", kTopic, 1);
  protocol::TopicRecord again;
  again.name = "t";
  again.topic_id = {7, 7};
  EXPECT_FALSE(add(again).ok());
  protocol::ProducerIdsRecord ids;
  ids.next_producer_id = 2000;
  EXPECT_TRUE(add(ids).ok());
  ids.next_producer_id = 1000;
  EXPECT_FALSE(add(ids).ok());
}

TEST_F(Replay, MissingPartitionIsFoundWhenTheImageIsMade) {
  topic("t", kTopic, 1);
  ASSERT_TRUE(add(partition(kTopic, 2)).ok());
  EXPECT_FALSE(replayer_.image(Offset(9)).ok());
}

TEST_F(Replay, ElrIsClearedForOneTopicOrAll) {
  for (const auto& [name, id] : {std::pair("a", Uuid{1, 1}), std::pair("b", Uuid{2, 2})}) {
    topic(name, id, 1);
    protocol::PartitionChangeRecord change;
    change.topic_id = id;
    change.partition_id = 0;
    change.eligible_leader_replicas = {1};
    ASSERT_TRUE(add(change).ok());
  }
  protocol::ClearElrRecord clear;
  clear.topic_name = "a";
  ASSERT_TRUE(add(clear).ok());
  EXPECT_TRUE(image()->topic("a")->partitions[0].elr.empty());
  EXPECT_FALSE(image()->topic("b")->partitions[0].elr.empty());
  clear.topic_name = "";
  ASSERT_TRUE(add(clear).ok());
  EXPECT_TRUE(image()->topic("b")->partitions[0].elr.empty());
}

}  // namespace
}  // namespace millrace::metadata
