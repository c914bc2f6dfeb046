#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "client/admin/groups.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/offset_fetch.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using testing::FakePorts;
using testing::ScriptedCluster;
using Found = Items<std::string, admin::Positions>;

// Every partition that is asked for is at 7; asked for all, the group tells of t-1. Group "closed" is forbidden.
OffsetFetchResponse answer(const OffsetFetchRequest& request, std::int16_t) {
  OffsetFetchResponse response;
  for (const auto& asked : request.groups) {
    auto& group = response.groups.emplace_back();
    group.group_id = asked.group_id;
    if (asked.group_id == "closed") {
      group.error_code = protocol::to_wire(Errc::group_authorization_failed);
      continue;
    }
    auto& topic = group.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = asked.topics ? asked.topics->front().partition_indexes.front() : 1;
    partition.committed_offset = 7;
  }
  return response;
}

TEST(GroupOffsets, OfSeveralGroupsEachHasItsOwnResult) {
  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  AdminCore core{ports.shard(), ScriptedCluster::options(), Millis(10'000), 1000};
  brokers.coordinate(0);
  brokers.broker(0).on<OffsetFetchRequest, OffsetFetchResponse>(answer);
  std::optional<Found> found;
  admin::list_offsets_of_groups(
      core, {{"all", std::nullopt}, {"one", std::vector<TopicPartition>{{"t", 3}}}, {"closed", std::nullopt}}, false,
      Millis(5'000), [&](Result<Found> items) { found = *std::move(items); });
  for (int i = 0; i < 600 && !found; ++i) ports.advance(Millis(10));
  ASSERT_TRUE(found && found->size() == 3);
  const auto* all = find(*found, std::string("all"));
  const auto* one = find(*found, std::string("one"));
  ASSERT_TRUE(all->ok() && one->ok());
  EXPECT_EQ((*all)->begin()->first, (TopicPartition{"t", 1}));
  EXPECT_EQ((*one)->begin()->first, (TopicPartition{"t", 3}));
  EXPECT_EQ((*one)->begin()->second.offset, 7);
  EXPECT_TRUE(find(*found, std::string("closed"))->error().is(ErrorCode::group_authorization_failed));
}

}  // namespace
}  // namespace millrace::client
