#include "groups/offsets/answer_topics.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_delete.h"

namespace millrace::groups::offsets {
namespace {

using protocol::Errc;

struct Asked {
  std::string_view name;
  std::vector<std::int32_t> partitions;
  Uuid id = {};
};

// The answer's topics with their partitions. Topics whose names begin with "t" exist, with partitions 0 to 3.
template <typename Entry = protocol::OffsetDeleteResponse::OffsetDeleteResponseTopic>
std::string answer(const std::vector<Asked>& asked) {
  std::vector<TopicVerdicts> verdicts;
  for (const Asked& topic : asked) {
    const bool known = topic.name.starts_with('t');
    TopicVerdicts& said = verdicts.emplace_back(TopicVerdicts{topic.name, topic.id, known, {}});
    for (const std::int32_t index : topic.partitions) {
      const bool unknown = !known || index > 3;
      said.partitions.push_back({index, unknown, unknown ? Errc::unknown_topic_or_partition : Errc::none});
    }
  }
  std::string text;
  for (const Entry& entry : answer_topics<Entry>(verdicts)) {
    text += (text.empty() ? "" : " ") + std::string(entry.name) + ":";
    for (const auto& partition : entry.partitions) {
      text += std::to_string(partition.partition_index) + (partition.error_code == 0 ? "" : "!");
    }
  }
  return text;
}

TEST(AnswerTopics, TopicsThatExistStandAsTheRequestHasThem) {
  EXPECT_EQ(answer({{"t", {1}}, {"t2", {0}}, {"t", {0, 2}}}), "t:1 t2:0 t:02");
}

TEST(AnswerTopics, WhatIsUnknownComesFirstAndEachTopicOnce) {
  EXPECT_EQ(answer({{"none", {1}}, {"t2", {9}}, {"none", {0}}}), "none:1!0! t2:9!");
  EXPECT_EQ(answer({{"t", {0}}, {"none", {1}}}), "none:1! t:0");
}

TEST(AnswerTopics, BesideSomethingUnknownTopicsArePutTogether) {
  EXPECT_EQ(answer({{"t", {0, 7}}, {"t", {1, 8}}}), "t:7!8!01");
  EXPECT_EQ(answer({{"none", {0}}, {"t", {0}}, {"t", {1}}}), "none:0! t:01");
}

TEST(AnswerTopics, OfTopicsThatNothingIsAskedOfOnlyUnknownOnesAreNamed) {
  EXPECT_EQ(answer({{"t", {}}, {"none", {}}, {"none", {}}}), "none:");
  EXPECT_EQ(answer({{"t", {}}}), "");
}

TEST(AnswerTopics, TopicsWithDifferentIdsAreDifferent) {
  using ById = protocol::OffsetCommitResponse::OffsetCommitResponseTopic;
  EXPECT_EQ(answer<ById>({{"", {0}, Uuid{1, 1}}, {"", {1}, Uuid{2, 2}}, {"", {2}, Uuid{1, 1}}}), ":0!2! :1!");
}

}  // namespace
}  // namespace millrace::groups::offsets
