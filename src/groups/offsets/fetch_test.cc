#include "groups/offsets/fetch.h"

#include <gtest/gtest.h>

#include "coordinator/testing/turns.h"
#include "groups/offsets/commit.h"
#include "groups/records.h"
#include "groups/testing/world.h"
#include "protocol/message.h"

namespace millrace::groups::offsets {
namespace {

using testing::TwoTopics;

class OffsetFetch : public ::testing::Test {
 protected:
  OffsetFetch() { store_.begin_event(0); }
  void given(const std::string& topic, std::int32_t partition, std::int64_t offset, Uuid id = {}) {
    StoredOffset value;
    value.offset = offset;
    value.topic_id = id;
    const coordinator::Record record = offset_record({"g", topic, partition}, value);
    store_.replay({record.key.bytes(), record.value->bytes()}, kNoProducer);
  }
  OffsetQuery asking(std::int16_t version, std::vector<OffsetQuery::Topic> topics) {
    OffsetQuery query;
    query.group_id = "g";
    query.version = version;
    query.topics = std::move(topics);
    return query;
  }

  coordinator::testing::KeptLog log_;
  Store store_{log_};
  TwoTopics topics_;
};

TEST_F(OffsetFetch, ByIdNamesTheTopicAndRefusesUnknownIds) {
  given("t", 0, 5, TwoTopics::kT);
  const OffsetAnswer answer = fetch(store_, asking(10, {{"", TwoTopics::kT, {0}}, {"", Uuid{7, 7}, {0}}}), topics_);
  EXPECT_EQ(answer.topics[0].partitions[0].offset, 5);
  EXPECT_EQ(answer.topics[1].partitions[0].error, to_wire(Errc::unknown_topic_id));
}

TEST_F(OffsetFetch, AnOffsetOfADeletedTopicOfTheSameNameIsNotShownById) {
  given("t", 0, 5, Uuid{3, 3});
  EXPECT_EQ(fetch(store_, asking(10, {{"", TwoTopics::kT, {0}}}), topics_).topics[0].partitions[0].offset, -1);
  EXPECT_EQ(fetch(store_, asking(9, {{"t", {}, {0}}}), topics_).topics[0].partitions[0].offset, 5);
}

TEST_F(OffsetFetch, EverythingByIdLeavesOutTopicsWithoutOne) {
  given("gone", 0, 1);
  given("t", 2, 6);
  given("t", 0, 5);
  OffsetQuery query = asking(10, {});
  query.all_topics = true;
  const OffsetAnswer by_id = fetch(store_, query, topics_);
  ASSERT_EQ(by_id.topics.size(), 1u);
  EXPECT_EQ(by_id.topics[0].id, TwoTopics::kT);
  EXPECT_EQ(by_id.topics[0].partitions.size(), 2u);
  query.version = 9;
  EXPECT_EQ(fetch(store_, query, topics_).topics.size(), 2u);
}

TEST_F(OffsetFetch, UnstableOffsetsAreRefusedOnlyToThoseWhoAsk) {
  given("t", 0, 5);
  const coordinator::Record record = offset_record({"g", "t", 0}, {});
  store_.replay({record.key.bytes(), record.value->bytes()}, ProducerId(1));
  OffsetQuery query = asking(9, {{"t", {}, {0}}});
  EXPECT_EQ(fetch(store_, query, topics_).topics[0].partitions[0].offset, 5);
  query.require_stable = true;
  EXPECT_EQ(fetch(store_, query, topics_).topics[0].partitions[0].error, to_wire(Errc::unstable_offset_commit));
}

TEST_F(OffsetFetch, AnErrorIsOfTheGroupAndBeforeVersionTwoOfEachPartition) {
  const std::vector<OffsetQuery::Topic> two{{"t", {}, {0, 1}}};
  EXPECT_TRUE(fetch_error(asking(2, two), Errc::not_coordinator).topics.empty());
  const OffsetAnswer old = fetch_error(asking(1, two), Errc::not_coordinator);
  EXPECT_EQ(old.topics[0].partitions[1].error, to_wire(Errc::not_coordinator));
}

TEST_F(OffsetFetch, ARequestIsCutByGroupAndPutTogetherAgain) {
  protocol::OffsetFetchRequest request;
  request.require_stable = true;
  auto& one = request.groups.emplace_back();
  one.group_id = "g";
  one.topics.emplace().push_back({"t", {}, {0}});
  auto& all = request.groups.emplace_back();
  all.group_id = "h";
  all.topics = std::nullopt;
  const std::vector<OffsetQuery> queries = split_offset_fetch(request, 9);
  ASSERT_EQ(queries.size(), 2u);
  EXPECT_TRUE(queries[0].require_stable);
  EXPECT_FALSE(queries[0].all_topics);
  EXPECT_TRUE(queries[1].all_topics);

  given("t", 0, 5);
  const Buffer body = encode_offset_fetch({fetch(store_, queries[0], topics_), fetch(store_, queries[1], topics_)}, 9);
  protocol::OffsetFetchResponse response;
  ASSERT_TRUE(decode_body(body.bytes(), 9, response).ok());
  EXPECT_EQ(response.groups[0].topics[0].partitions[0].committed_offset, 5);
  EXPECT_EQ(response.groups[1].group_id, "h");
}

TEST(OffsetCommit, MetadataIsMeasuredInUtf16Units) {
  protocol::OffsetCommitRequest request;
  request.group_id = "g";
  request.topics.push_back({"t", {}, {{0, 1, -1, "\xc3\xa4\xc3\xa4"}}});              // 2 units, 4 bytes
  request.topics.push_back({"t", {}, {{1, 1, -1, "\xf0\x9f\x98\x80x"}}});              // 3 units
  Commit commit(request, 9, TwoTopics());
  GroupSettings settings;
  settings.max_offset_metadata = 2;
  EXPECT_EQ(commit.decide(settings, WallTime(1)).size(), 1u);
  protocol::OffsetCommitResponse response;
  const Buffer body = commit.answer(Errc::none);
  ASSERT_TRUE(decode_body(body.bytes(), 9, response).ok());
  ASSERT_EQ(response.topics.size(), 2u);
  EXPECT_EQ(response.topics[1].partitions[0].error_code, to_wire(Errc::offset_metadata_too_large));
}

}  // namespace
}  // namespace millrace::groups::offsets
