#include "client/consumer/commits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/testing/scripted_client.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_fetch.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using testing::ScriptedClient;

// A coordinator that keeps what is committed, and refuses the first commits with `verdicts`.
struct CommitsTest : ::testing::Test, ScriptedClient {
  CommitsTest() : ScriptedClient(1) {
    brokers.broker(0).on<OffsetCommitRequest, OffsetCommitResponse>([this](const auto& request, std::int16_t) {
      OffsetCommitResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      topic.topic_id = request.topics.at(0).topic_id;
      named.push_back(topic.name.empty() ? topic.topic_id.text() : std::string(topic.name));
      auto& part = topic.partitions.emplace_back();
      if (!verdicts.empty()) {
        part.error_code = protocol::to_wire(verdicts.front());
        verdicts.erase(verdicts.begin());
      } else {
        committed.push_back(request.topics.at(0).partitions.at(0).committed_offset);
      }
      return response;
    });
  }
  void commit(std::int64_t offset) {
    Offsets offsets;
    offsets[{"t", 0}].offset = offset;
    commits.commit({"g", 1, "m", std::nullopt}, offsets, Millis(10'000), [this, offset](Status status) {
      ended.push_back(std::to_string(offset) + (status ? " done" : " failed"));
    });
  }

  Commits commits{cluster};
  std::vector<Errc> verdicts;
  std::vector<std::int64_t> committed;
  std::vector<std::string> ended;
  std::vector<std::string> named;  // the topics of commits: names or ids
};

constexpr ::millrace::Uuid kOld{1, 2};
constexpr ::millrace::Uuid kNew{3, 4};

// KIP-848: epochs of members whose partitions stay theirs grow.
TEST_F(CommitsTest, ACommitThatAnEpochHasOvertakenIsSentOnceMoreBeforeThoseBehindIt) {
  Commits renewing(cluster, [](const GroupIdentity& who, const Offsets&) -> std::optional<GroupIdentity> {
    if (who.generation > 1) return std::nullopt;
    return GroupIdentity{"g", 2, "m", std::nullopt};
  });
  verdicts = {Errc::stale_member_epoch};
  for (const std::int64_t offset : {10, 20}) {
    Offsets offsets;
    offsets[{"t", 0}].offset = offset;
    renewing.commit({"g", 1, "m", std::nullopt}, offsets, Millis(10'000), [this](Status status) {
      ended.push_back(status ? "done" : "failed");
    });
  }
  ports.advance(Millis(1'000));
  EXPECT_EQ(committed, (std::vector<std::int64_t>{10, 20}));
  EXPECT_EQ(ended, (std::vector<std::string>{"done", "done"}));
}

TEST_F(CommitsTest, ALaterCommitWaitsForTheRetriesOfAnEarlierOne) {
  verdicts = {Errc::coordinator_load_in_progress, Errc::coordinator_load_in_progress};
  commit(10);
  commit(20);
  EXPECT_FALSE(commits.idle());
  ports.advance(Millis(5'000));
  EXPECT_EQ(committed, (std::vector<std::int64_t>{10, 20}));
  EXPECT_EQ(ended, (std::vector<std::string>{"10 done", "20 done"}));
  EXPECT_TRUE(commits.idle());
}

// KIP-848, Kafka 4.1: topics are named by their ids where the cluster has told them.
TEST_F(CommitsTest, ATopicThatWasMadeAnewIsLearntBeforeTheNextAttempt) {
  brokers.topics = {{"t", {0}, 0, 0, kOld}};
  cluster.track("t");
  ports.advance(Millis(1'000));
  brokers.topics = {{"t", {0}, 0, 0, kNew}};
  verdicts = {Errc::unknown_topic_id};
  commit(10);
  ports.advance(Millis(5'000));
  EXPECT_EQ(named.front(), kOld.text());
  EXPECT_EQ(named.back(), kNew.text());
  EXPECT_EQ(ended, (std::vector<std::string>{"10 done"}));
}

TEST_F(CommitsTest, ATopicWithoutAKnownIdIsNamed) {
  commit(10);
  ports.advance(Millis(1'000));
  EXPECT_EQ(named, (std::vector<std::string>{"t"}));
  EXPECT_EQ(brokers.broker(0).last_version[static_cast<std::int16_t>(protocol::ApiKey::offset_commit)], 9);
}

TEST_F(CommitsTest, PositionsThatAreToldByIdsAreThoseOfTheirTopics) {
  brokers.topics = {{"t", {0}, 0, 0, kOld}, {"u", {0}, 0, 0, kNew}};
  brokers.broker(0).on<OffsetFetchRequest, OffsetFetchResponse>([](const auto& request, std::int16_t) {
    OffsetFetchResponse response;
    auto& group = response.groups.emplace_back();
    group.group_id = request.groups.at(0).group_id;
    for (const auto& asked : *request.groups.at(0).topics) {
      auto& topic = group.topics.emplace_back();
      topic.topic_id = asked.topic_id;
      auto& part = topic.partitions.emplace_back();
      part.committed_offset = asked.topic_id == kOld ? 7 : 8;
      part.metadata = "";
    }
    return response;
  });
  for (const char* topic : {"t", "u"}) cluster.track(topic);
  ports.advance(Millis(1'000));
  Offsets found;
  fetch_committed(cluster, {"g", 1, "m", std::nullopt}, {{"t", 0}, {"u", 0}}, Millis(1'000),
                  [&](Result<Offsets> offsets) { found = *offsets; });
  ports.advance(Millis(1'000));
  EXPECT_EQ((found[{"t", 0}].offset), 7);
  EXPECT_EQ((found[{"u", 0}].offset), 8);
}

TEST_F(CommitsTest, AFailureDoesNotStopThoseBehindIt) {
  verdicts = {Errc::illegal_generation};
  commit(10);
  commit(20);
  ports.advance(Millis(5'000));
  EXPECT_EQ(committed, (std::vector<std::int64_t>{20}));
  EXPECT_EQ(ended, (std::vector<std::string>{"10 failed", "20 done"}));
}

TEST_F(CommitsTest, EachHasItsEndWhenTheClientCloses) {
  brokers.broker(0).ignore(protocol::ApiKey::offset_commit);
  commit(10);
  commit(20);
  ports.run();
  cluster.close();
  ports.advance(Millis(100));
  EXPECT_EQ(ended, (std::vector<std::string>{"10 failed", "20 failed"}));
}

}  // namespace
}  // namespace millrace::client
