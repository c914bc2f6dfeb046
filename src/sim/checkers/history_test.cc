#include "sim/checkers/history.h"

#include <gtest/gtest.h>

namespace millrace::sim {
namespace {

const PartitionName kPartition{"t", 0};

History with(std::vector<RecordId> ids, bool once = false) {
  History history;
  for (const auto id : ids) history.sent(id, kPartition, once);
  return history;
}

TEST(History, ACleanRunBreaksNothing) {
  History history = with({1, 2, 3});
  history.acknowledged(kPartition, Offset(0), {1, 2});
  history.read(kPartition, history.mark(kPartition), Offset(0), Offset(0), {1, 2}, Offset(2));
  history.final_contents(kPartition, {1, 2, 3});
  EXPECT_EQ(history.broken(), "");
}

TEST(History, AnAcknowledgedRecordThatIsGoneIsFound) {
  History history = with({1, 2});
  history.acknowledged(kPartition, Offset(0), {1, 2});
  history.final_contents(kPartition, {1});
  EXPECT_FALSE(history.ok());
}

TEST(History, ARecordThatWasReadAndIsGoneIsFound) {
  History history = with({1});
  history.read(kPartition, {}, Offset(0), Offset(0), {1}, Offset(1));
  history.final_contents(kPartition, {});
  EXPECT_FALSE(history.ok());
}

TEST(History, AnOffsetWithTwoContentsIsFound) {
  History history = with({1, 2});
  history.acknowledged(kPartition, Offset(5), {1});
  history.acknowledged(kPartition, Offset(5), {2});
  EXPECT_FALSE(history.ok());
}

TEST(History, AHoleOrAReadAboveTheHighWatermarkIsFound) {
  History hole = with({1});
  hole.read(kPartition, {}, Offset(0), Offset(1), {1}, Offset(2));
  EXPECT_FALSE(hole.ok());
  History above = with({1});
  above.read(kPartition, {}, Offset(0), Offset(0), {1}, Offset(0));
  EXPECT_FALSE(above.ok());
}

TEST(History, AHighWatermarkThatGoesBackIsFoundUnlessTheRequestIsOlder) {
  History history = with({});
  const auto old = history.mark(kPartition);
  history.saw_end(kPartition, old, Offset(5));
  history.saw_end(kPartition, old, Offset(4));
  EXPECT_TRUE(history.ok());
  history.saw_end(kPartition, history.mark(kPartition), Offset(4));
  EXPECT_FALSE(history.ok());
}

TEST(History, ADuplicateOfAnIdempotentProducerIsFound) {
  History twice = with({1}, true);
  twice.final_contents(kPartition, {1, 1});
  EXPECT_FALSE(twice.ok());
  History allowed = with({1}, false);
  allowed.final_contents(kPartition, {1, 1});
  EXPECT_TRUE(allowed.ok());
}

TEST(History, RecordsOfAnIdempotentProducerOutOfOrderAreFound) {
  History history = with({record_id(1, 1), record_id(2, 1), record_id(1, 2)}, true);
  history.final_contents(kPartition, {record_id(2, 1), record_id(1, 1), record_id(1, 2)});
  EXPECT_EQ(history.broken(), "");
  history.final_contents(kPartition, {record_id(1, 2), record_id(1, 1)});
  EXPECT_FALSE(history.ok());
}

TEST(History, AConsumerThatIsHandedOtherContentsIsFound) {
  History history = with({1, 2});
  history.acknowledged(kPartition, Offset(0), {1});
  history.consumed(kPartition, Offset(0), 1);
  EXPECT_TRUE(history.ok());
  history.consumed(kPartition, Offset(0), 2);
  EXPECT_FALSE(history.ok());
}

TEST(History, ATopicThatChangesIsFound) {
  History history;
  history.saw_topic("t", Uuid{1, 2}, 3);
  history.saw_topic("t", Uuid{}, 3);
  EXPECT_TRUE(history.ok());
  history.saw_topic("t", Uuid{1, 3}, 3);
  EXPECT_FALSE(history.ok());
}

}  // namespace
}  // namespace millrace::sim
