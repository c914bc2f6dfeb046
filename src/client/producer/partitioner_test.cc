#include "millrace/partitioner.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/testing/producer_fixture.h"

namespace millrace::client {
namespace {

using testing::ProducerTest;
class PartitionerTest : public ProducerTest {};

// Notes what it is asked, and gives the answer that it is told.
class Scripted final : public Partitioner {
 public:
  std::int32_t partition(const PartitionChoice& choice) override {
    if (throws) throw std::runtime_error("no idea");
    asked = std::string(choice.topic) + " " + std::string(choice.key.value_or("null")) + " " +
            std::string(choice.value.value_or("null")) + " " + std::to_string(choice.partitions) + " " +
            std::to_string(choice.available.size());
    return answer;
  }
  std::string asked;
  std::int32_t answer = 0;
  bool throws = false;
};

TEST(PartitionOfKey, AmongNoPartitionsThereIsNone) {
  EXPECT_EQ(partition_of_key("k", 0), -1);
  EXPECT_EQ(partition_of_key("k", -3), -1);
  EXPECT_EQ(partition_of_key("k", 1), 0);
}

TEST_F(PartitionerTest, APartitionerOfTheProgramChoosesForRecordsThatNameNoPartition) {
  const auto own = std::make_shared<Scripted>();
  options.partitioner = own;
  brokers.topics = {{"t", {0, -1, 0}, 1, 0}};
  own->answer = 2;
  Record record;
  record.topic = "t";
  record.key = "k";
  record.value = "v";
  producer().send(record, {});
  flush();
  EXPECT_EQ(own->asked, "t k v 3 2");
  EXPECT_EQ(logs.values[2], (std::vector<std::string>{"v"}));
  own->asked.clear();
  send("w", 0);
  flush();
  EXPECT_EQ(own->asked, "");
}

TEST_F(PartitionerTest, APartitionThatAPartitionerMakesUpFailsTheRecord) {
  const auto own = std::make_shared<Scripted>();
  options.partitioner = own;
  for (const std::int32_t answer : {-1, 2}) {
    own->answer = answer;
    send("v", std::nullopt);
    flush();
  }
  own->throws = true;
  send("v", std::nullopt);
  flush();
  ASSERT_EQ(failed.size(), 3U);
  EXPECT_TRUE(failed[0].second.is(Cause::invalid_argument));
  EXPECT_EQ(failed[1].second.message, "the partitioner chose partition 2 of topic t, which has 2");
  EXPECT_TRUE(failed[2].second.is(Cause::callback)) << failed[2].second.text();
}

TEST_F(PartitionerTest, RoundRobinGoesOverThePartitionsWithALeaderInEachTopic) {
  options.partitioner = std::make_shared<RoundRobinPartitioner>();
  brokers.topics = {{"t", {0, -1, 0}, 1, 0}};
  for (int i = 0; i < 4; ++i) send(std::to_string(i), std::nullopt);
  flush();
  EXPECT_EQ(logs.values[0], (std::vector<std::string>{"0", "2"}));
  EXPECT_EQ(logs.values[2], (std::vector<std::string>{"1", "3"}));
}

TEST_F(PartitionerTest, APartitionWhoseBrokerTakesNothingIsAvoided) {
  options.availability_timeout = Millis(1000);
  options.linger = Millis(0);
  options.batch_bytes = 1;  // each record may go to another partition
  options.adaptive = false;
  brokers.topics = {{"t", {0, 1}, 1, 0}};  // there is no broker 1
  send("stuck", 1);
  ports.advance(Millis(2000));
  for (int i = 0; i < 40; ++i) send(std::to_string(i), std::nullopt);
  ports.advance(Millis(2000));
  EXPECT_EQ(logs.values[0].size(), 40U);
}

}  // namespace
}  // namespace millrace::client
