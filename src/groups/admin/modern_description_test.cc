#include "groups/admin/modern_description.h"

#include <gtest/gtest.h>

#include "coordinator/testing/turns.h"
#include "groups/testing/world.h"
#include "protocol/gen/consumer_group_current_member_assignment_record.h"
#include "protocol/gen/consumer_group_member_metadata_record.h"
#include "protocol/gen/consumer_group_metadata_record.h"
#include "protocol/gen/consumer_group_target_assignment_member_record.h"
#include "protocol/gen/streams_group_metadata_record.h"
#include "protocol/gen/streams_group_topology_record.h"
#include "protocol/message.h"

namespace millrace::groups::admin {
namespace {

using namespace protocol;

constexpr Uuid kGone{9, 9};

class ModernDescription : public ::testing::Test {
 protected:
  template <typename Key, typename Value>
  void replay(const Key& key, const Value& value) {
    const Buffer key_bytes = prefixed(Key::kType, key), value_bytes = prefixed(0, value);
    store_.begin_event(0);
    store_.replay({key_bytes.bytes(), value_bytes.bytes()}, kNoProducer);
  }
  template <typename Group>
  Group described(std::string_view id) {
    Group group;
    describe(store_, names_, id, message_, group);
    return group;
  }

 private:
  template <typename M>
  static Buffer prefixed(std::int16_t prefix, const M& message) {
    Buffer buffer = Buffer::allocate(sizeof prefix + encoded_size(message, 0));
    Writer out(buffer.writable());
    out.i16(prefix);
    encode(out, 0, message);
    return buffer;
  }

  coordinator::testing::KeptLog logger_;
  Store store_{logger_};
  groups::testing::TwoTopics topics_;
  TopicNames names_{topics_};
  std::string message_;
};

using ConsumerGroup = ConsumerGroupDescribeResponse::DescribedGroup;
using StreamsGroup = StreamsGroupDescribeResponse::DescribedGroup;

TEST_F(ModernDescription, ConsumerGroupHasItsMembersWithWhatTheyHaveAndWhatTheyShallHave) {
  ConsumerGroupMetadataValue epoch;
  epoch.epoch = 7;
  replay(ConsumerGroupMetadataKey{"g"}, epoch);
  ConsumerGroupMemberMetadataValue member;
  member.instance_id = "i";
  member.rack_id.reset();
  member.client_id = "c";
  member.subscribed_topic_names = {"t"};
  member.server_assignor = "range";
  replay(ConsumerGroupMemberMetadataKey{"g", "m"}, member);
  ConsumerGroupCurrentMemberAssignmentValue has;
  has.member_epoch = 6;
  has.assigned_partitions.emplace_back().topic_id = groups::testing::TwoTopics::kT;
  has.assigned_partitions.back().partitions = {1, 3};
  replay(ConsumerGroupCurrentMemberAssignmentKey{"g", "m"}, has);
  ConsumerGroupTargetAssignmentMemberValue shall_have;
  shall_have.topic_partitions = {{kGone, {0}}, {groups::testing::TwoTopics::kT, {3}}};
  replay(ConsumerGroupTargetAssignmentMemberKey{"g", "m"}, shall_have);

  const auto group = described<ConsumerGroup>("g");
  EXPECT_EQ(group.error_code, 0);
  EXPECT_EQ(group.group_epoch, 7);
  EXPECT_EQ(group.assignor_name, "range");
  ASSERT_EQ(group.members.size(), 1u);
  const auto& one = group.members[0];
  EXPECT_EQ(one.member_id, "m");
  EXPECT_EQ(one.instance_id, "i");
  EXPECT_EQ(one.rack_id, std::nullopt);
  EXPECT_EQ(one.member_epoch, 6);
  EXPECT_EQ(one.member_type, 1);
  ASSERT_EQ(one.assignment.topic_partitions.size(), 1u);
  EXPECT_EQ(one.assignment.topic_partitions[0].topic_name, "t");
  EXPECT_EQ(one.assignment.topic_partitions[0].partitions, (std::vector<std::int32_t>{1, 3}));
  ASSERT_EQ(one.target_assignment.topic_partitions.size(), 1u) << "a topic that is no more is left out";
  EXPECT_EQ(one.target_assignment.topic_partitions[0].partitions, (std::vector<std::int32_t>{3}));
}

TEST_F(ModernDescription, GroupOfAnotherKindIsNotFoundAndTheMessageSaysWhy) {
  replay(StreamsGroupMetadataKey{"s"}, StreamsGroupMetadataValue());
  const auto other = described<ConsumerGroup>("s");
  EXPECT_EQ(other.error_code, to_wire(Errc::group_id_not_found));
  EXPECT_EQ(other.error_message, "Group s is not a consumer group.");
  EXPECT_EQ(described<ConsumerGroup>("x").error_message, "Group x not found.");
}

TEST_F(ModernDescription, TopologyIsInOrder) {
  replay(StreamsGroupMetadataKey{"s"}, StreamsGroupMetadataValue());
  StreamsGroupTopologyValue topology;
  topology.epoch = 3;
  topology.subtopologies.resize(2);
  topology.subtopologies[0].subtopology_id = "1";
  topology.subtopologies[0].source_topics = {"z", "a"};
  topology.subtopologies[1].subtopology_id = "0";
  replay(StreamsGroupTopologyKey{"s"}, topology);
  const auto group = described<StreamsGroup>("s");
  ASSERT_TRUE(group.topology && group.topology->subtopologies);
  EXPECT_EQ(group.topology->epoch, 3);
  EXPECT_EQ(group.topology->subtopologies->at(0).subtopology_id, "0");
  EXPECT_EQ(group.topology->subtopologies->at(1).source_topics, (std::vector<std::string_view>{"a", "z"}));
}

}  // namespace
}  // namespace millrace::groups::admin
