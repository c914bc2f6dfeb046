#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "metadata/image_state.h"
#include "metadata/replayer.h"
#include "metadata/snapshot_writer.h"
#include "protocol/gen/access_control_entry_record.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/delegation_token_record.h"
#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/partition_record.h"
#include "protocol/gen/producer_ids_record.h"
#include "protocol/gen/register_broker_record.h"
#include "protocol/gen/register_controller_record.h"
#include "protocol/gen/topic_record.h"
#include "protocol/gen/user_scram_credential_record.h"
#include "protocol/gen/zk_migration_state_record.h"
#include "record/batch.h"

namespace millrace::metadata {
namespace {

constexpr WallTime kNow{1'700'000'000'000};

// Records of every kind that a snapshot can hold, each field with a value of its own.
class Snapshots : public ::testing::Test {
 protected:
  template <protocol::Message T>
  void add(const T& record, std::int16_t version = T::kMaxVersion) {
    const Outcome outcome = replayer_.replay(frame_record(record, version).bytes(), Offset(next_++));
    ASSERT_TRUE(outcome.ok()) << outcome.error();
  }
  void feature(std::string_view name, std::int16_t level) {
    protocol::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    add(record);
  }
  void topic(std::string_view name, Uuid id, int partitions, std::int16_t version) {
    protocol::TopicRecord record;
    record.name = name;
    record.topic_id = id;
    add(record);
    for (int i = 0; i < partitions; ++i) {
      protocol::PartitionRecord partition;
      partition.partition_id = i;
      partition.topic_id = id;
      partition.replicas = {1, 2};
      partition.isr = {};
      partition.removing_replicas = {2};
      partition.adding_replicas = {3};
      partition.leader = -1;
      partition.leader_recovery_state = 1;
      partition.leader_epoch = 7 + i;
      partition.partition_epoch = 9 + i;
      if (version >= 1) partition.directories = {Uuid(1, 2), Uuid(3, 4)};
      if (version >= 2) partition.eligible_leader_replicas = {{1}};
      if (version >= 2) partition.last_known_elr = {{2}};
      add(partition, version);
    }
  }
  void config(ResourceType type, std::string_view resource, std::string_view name, std::string_view value) {
    protocol::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(type);
    record.resource_name = resource;
    record.name = name;
    record.value = value;
    add(record);
  }
  void everything() {
    feature("metadata.version", 30);
    feature("group.version", 1);
    protocol::RegisterBrokerRecord broker;
    broker.broker_id = 1;
    broker.incarnation_id = {5, 6};
    broker.broker_epoch = 77;
    broker.end_points.push_back({"PLAINTEXT", "h", 9092, 2});
    broker.features.push_back({"metadata.version", 7, 30});
    broker.rack = "r";
    broker.fenced = false;
    broker.in_controlled_shutdown = true;
    broker.log_dirs = {{7, 8}};
    broker.cordoned_log_dirs = {{Uuid(7, 8)}};
    add(broker);
    protocol::RegisterControllerRecord controller;
    controller.controller_id = 1;
    controller.incarnation_id = {9, 9};
    controller.end_points.push_back({"CONTROLLER", "h", 9093, 0});
    controller.features.push_back({"kraft.version", 0, 1});
    add(controller);
    topic("b", {1, 1}, 3, 2);
    topic("a", {2, 2}, 1, 2);
    config(ResourceType::topic, "a", "retention.ms", "5");
    config(ResourceType::broker, "", "min.insync.replicas", "1");
    config(ResourceType::client_metrics, "m", "interval.ms", "9");
    protocol::ClientQuotaRecord quota;
    quota.entity = {{"user", "u"}, {"client-id", std::nullopt}};
    quota.key = "producer_byte_rate";
    quota.value = 12.5;
    add(quota);
    protocol::ProducerIdsRecord ids;
    ids.broker_id = 1;
    ids.next_producer_id = 3000;
    add(ids);
    protocol::AccessControlEntryRecord acl;
    acl.id = {4, 4};
    acl.resource_type = 2;
    acl.resource_name = "a";
    acl.pattern_type = 3;
    acl.principal = "User:x";
    acl.host = "*";
    acl.operation = 4;
    acl.permission_type = 3;
    add(acl);
    const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}};
    protocol::UserScramCredentialRecord scram;
    scram.name = "alice";
    scram.mechanism = 2;
    scram.salt = bytes;
    scram.stored_key = bytes;
    scram.server_key = bytes;
    scram.iterations = 4096;
    add(scram);
    protocol::DelegationTokenRecord token;
    token.token_id = "t";
    token.owner = "User:o";
    token.requester = "User:r";
    token.renewers = {"User:n"};
    token.issue_timestamp = 1;
    token.expiration_timestamp = 2;
    token.max_timestamp = 3;
    add(token);
    protocol::ZkMigrationStateRecord migration;
    migration.zk_migration_state = 1;
    add(migration);
  }
  ImagePtr image() { return *replayer_.image(Offset(next_)); }

  Snapshot snapshot(std::optional<raft::Membership> membership = std::nullopt) {
    return {{Offset(next_), LeaderEpoch(5)}, image(), std::move(membership), WallTime(1'600'000'000'000)};
  }
  static std::string file(const Snapshot& snapshot) {
    std::string bytes;
    const Status status = write_snapshot(snapshot, kNow, [&](Buffer part) -> Status {
      bytes += as_text(part.bytes());
      return {};
    });
    EXPECT_TRUE(status.ok());
    return bytes;
  }

  Replayer replayer_;
  std::int64_t next_ = 0;
};

ImagePtr read_back(const std::string& file, Offset end) {
  const auto checkpoint = parse_checkpoint(as_bytes(file));
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.error();
  Replayer replayer;
  for (const Bytes record : checkpoint->records) {
    const auto outcome = replayer.replay(record, end);
    EXPECT_TRUE(outcome.ok()) << outcome.error();
  }
  return *replayer.image(end);
}

TEST_F(Snapshots, EveryAreaComesBackAsItWas) {
  everything();
  const Snapshot taken = snapshot();
  const std::string bytes = file(taken);
  const ImagePtr before = taken.image;
  const ImagePtr after = read_back(bytes, taken.name.end);
  EXPECT_EQ(after->features(), before->features());
  ASSERT_NE(after->broker(NodeId(1)), nullptr);
  EXPECT_EQ(*after->broker(NodeId(1)), *before->broker(NodeId(1)));
  EXPECT_EQ(*after->controller(NodeId(1)), *before->controller(NodeId(1)));
  EXPECT_EQ(after->topics().size(), 2U);
  EXPECT_EQ(*after->topic("a"), *before->topic("a"));
  EXPECT_EQ(*after->topic("b"), *before->topic("b"));
  for (const auto& resource : {ConfigResource{ResourceType::topic, "a"}, ConfigResource{ResourceType::broker, ""},
                               ConfigResource{ResourceType::client_metrics, "m"}}) {
    EXPECT_EQ(after->configs(resource), before->configs(resource));
    EXPECT_EQ(after->configs(resource).size(), 1U);
  }
  EXPECT_EQ(after->next_producer_id(), 3000);
  EXPECT_EQ(after->quotas({{"user", "u"}, {"client-id", std::nullopt}}), (Quotas{{"producer_byte_rate", 12.5}}));
  // The other areas have no comparison of their own: the same bytes follow from them.
  EXPECT_EQ(file({taken.name, after, taken.membership, taken.last_contained}), bytes);
  const auto& state = after->state();
  EXPECT_EQ(state.quotas.size() + state.acls.size() + state.scram.size() + state.tokens.size(), 4U);
  EXPECT_EQ(state.zk_migration_state, std::optional<std::int8_t>(1));
}

TEST_F(Snapshots, NothingStaysNothing) {
  protocol::RegisterBrokerRecord broker;
  broker.broker_id = 2;
  broker.rack = std::nullopt;
  broker.cordoned_log_dirs = std::nullopt;
  feature("metadata.version", 30);
  add(broker);
  const ImagePtr after = read_back(file(snapshot()), Offset(2));
  EXPECT_EQ(after->broker(NodeId(2))->rack, std::nullopt);
  EXPECT_EQ(*after->broker(NodeId(2)), *image()->broker(NodeId(2)));
}

TEST_F(Snapshots, OffsetsCountFromZeroUnderTheSnapshotsEpochBetweenHeaderAndFooter) {
  everything();
  const raft::VoterSet voters({raft::Voter{{NodeId(1), Uuid(1, 1)}, {}, 0, 1}});
  const Snapshot taken = snapshot(raft::Membership{1, voters});
  const std::string bytes = file(taken);
  record::BatchWalk walk(as_bytes(bytes));
  std::vector<bool> control;
  Offset next{0};
  while (walk.next()) {
    EXPECT_EQ(walk.batch().base_offset(), next);
    EXPECT_EQ(walk.batch().leader_epoch(), LeaderEpoch(5));
    EXPECT_TRUE(walk.batch().crc_ok());
    next = walk.batch().next_offset();
    control.push_back(walk.batch().is_control());
  }
  EXPECT_EQ(walk.error(), Error::none);
  EXPECT_EQ(control, (std::vector<bool>{true, false, true}));
  const auto checkpoint = parse_checkpoint(as_bytes(bytes));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->last_contained, taken.last_contained);
  EXPECT_EQ(checkpoint->membership, taken.membership);
}

TEST_F(Snapshots, RecordsHaveVersionsThatAnOlderMetadataVersionKnows) {
  feature("metadata.version", 15);
  topic("a", {2, 2}, 1, 0);
  const std::string bytes = file(snapshot());
  const auto checkpoint = parse_checkpoint(as_bytes(bytes));
  ASSERT_TRUE(checkpoint.ok());
  ASSERT_EQ(checkpoint->records.size(), 3U);
  EXPECT_EQ(parse_frame(checkpoint->records[2])->version, 0);
}

TEST_F(Snapshots, LargeMetadataIsSplitIntoBatchesOfBoundedSize) {
  feature("metadata.version", 30);
  topic("a", {2, 2}, 20'000, 2);
  std::size_t largest = 0;
  std::size_t parts = 0;
  const Snapshot taken = snapshot();
  const Status status = write_snapshot(taken, kNow, [&](Buffer part) -> Status {
    largest = std::max(largest, part.size());
    ++parts;
    return {};
  });
  EXPECT_TRUE(status.ok());
  EXPECT_GT(parts, 3U);
  EXPECT_LE(largest, (1U << 20) + 1024);
  EXPECT_EQ(*read_back(file(taken), taken.name.end)->topic("a"), *taken.image->topic("a"));
}

TEST_F(Snapshots, NothingMoreIsWrittenAfterAnError) {
  everything();
  int calls = 0;
  const Status status = write_snapshot(snapshot(), kNow, [&](Buffer) -> Status {
    ++calls;
    return Error::no_space;
  });
  EXPECT_EQ(status.error(), Error::no_space);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace millrace::metadata
