#include "groups/offsets/commit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "groups/testing/world.h"
#include "protocol/message.h"

namespace millrace::groups::offsets {
namespace {

using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;

struct Asked {
  std::string_view topic;
  std::vector<std::int32_t> partitions;
};

OffsetCommitRequest asking(const std::vector<Asked>& topics) {
  OffsetCommitRequest request;
  request.group_id = "g";
  for (const Asked& asked : topics) {
    auto& topic = request.topics.emplace_back();
    topic.name = asked.topic;
    for (const std::int32_t index : asked.partitions) topic.partitions.push_back({index, 1, -1, "note"});
  }
  return request;
}

// "t:0=NONE,1=NONE none:" for the answer to a commit that the group lets pass.
std::string answered(const std::vector<Asked>& topics, const GroupSettings& settings = {}) {
  constexpr std::int16_t kByName = 9;
  const testing::TwoTopics directory;
  Commit commit(asking(topics), kByName, directory);
  commit.decide(settings, WallTime(0));
  const Buffer body = commit.answer(Errc::none);
  OffsetCommitResponse response;
  EXPECT_TRUE(protocol::decode_body(body.bytes(), kByName, response).ok());
  std::string text;
  for (const auto& topic : response.topics) {
    text += (text.empty() ? "" : " ") + std::string(topic.name) + ":";
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto& partition = topic.partitions[i];
      text += (i == 0 ? "" : ",") + std::to_string(partition.partition_index) + "=" +
              std::string(protocol::name(protocol::from_wire(partition.error_code)));
    }
  }
  return text;
}

TEST(OffsetCommit, ATopicNamedTwiceIsAnsweredTwice) {
  EXPECT_EQ(answered({{"t", {0}}, {"u", {0}}, {"t", {1}}}), "t:0=NONE u:0=NONE t:1=NONE");
}

TEST(OffsetCommit, BesideUnknownPartitionsATopicNamedTwiceIsAnsweredOnce) {
  EXPECT_EQ(answered({{"t", {0}}, {"t", {1, 9}}}), "t:9=UNKNOWN_TOPIC_OR_PARTITION,0=NONE,1=NONE");
}

TEST(OffsetCommit, WithoutPartitionsOnlyUnknownTopicsAreNamed) {
  EXPECT_EQ(answered({{"none", {}}, {"t", {}}, {"t", {1}}}), "none: t:1=NONE");
  EXPECT_EQ(answered({{"t", {}}}), "");
  EXPECT_EQ(answered({}), "");
}

TEST(OffsetCommit, WhatIsRefusedForItsMetadataStandsAmongThoseThatExist) {
  GroupSettings settings;
  settings.max_offset_metadata = 3;
  EXPECT_EQ(answered({{"t", {0}}, {"u", {5}}}, settings),
            "u:5=UNKNOWN_TOPIC_OR_PARTITION t:0=OFFSET_METADATA_TOO_LARGE");
}

}  // namespace
}  // namespace millrace::groups::offsets
