#include "client/producer/staging.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/testing/fake_ports.h"

namespace millrace::client {
namespace {

using Lines = std::vector<std::string>;

// Records by the numbers of their values; what was taken is a line for each record by itself and for each batch.
class StagingTest : public ::testing::Test {
 protected:
  bool add(std::string value, std::optional<std::string> key = {}, std::optional<std::int32_t> partition = {},
           std::string topic = "t") {
    Record record;
    record.topic = std::move(topic);
    record.partition = partition;
    record.key = std::move(key);
    record.value = std::move(value);
    RecordEncoder encoder;
    const std::size_t body = encoder.size(record);
    return staged.add(record, encoder, body, {}, ports.shard().clock, spare);
  }
  static std::string value_of(Bytes body) {
    return std::string(as_text(body.subspan(body.size() - 2, 1)));  // before the number of headers
  }
  Lines take(Staging& from) {
    Lines lines;
    from.take(
        [&](const EncodedRecord& record, const DeliveryCallback&) {
          lines.push_back(std::string(record.topic) + ":" + value_of(record.body));
        },
        [&](client::Run&& run) {
          std::string line = run.topic + "[";
          run.batch->take_apart([&](Bytes body, WallTime, const DeliveryCallback&) { line += value_of(body); });
          lines.push_back(line + "]");
        });
    EXPECT_TRUE(from.empty());
    return lines;
  }

  testing::FakePorts ports;
  ProducerOptions options;
  std::vector<Batch::Space> spare;
  Staging staged{options};
};

TEST_F(StagingTest, WhatFollowsItsKindIsGatheredIntoABatch) {
  EXPECT_TRUE(add("1"));
  EXPECT_TRUE(add("2")) << "a batch was begun";
  EXPECT_FALSE(add("3")) << "for which somebody comes already";
  EXPECT_EQ(staged.records(), 3U);
  EXPECT_EQ(take(staged), (Lines{"t:1", "t[23]"}));
  add("4");
  EXPECT_EQ(take(staged), Lines{"t[4]"}) << "the kind is remembered";
}

TEST_F(StagingTest, NoRecordOvertakesAnother) {
  for (const char* value : {"1", "2", "3"}) add(value);
  add("4", "key");
  add("5", "key");
  for (const char* value : {"6", "7"}) add(value);
  for (const char* value : {"8", "9"}) add(value, "key", 1);
  for (const char* value : {"a", "b"}) add(value, {}, 2);
  for (const char* value : {"c", "d"}) add(value, {}, 2, "u");
  EXPECT_EQ(take(staged), (Lines{"t:1", "t[23]", "t:4", "t:5", "t:6", "t[7]", "t:8", "t[9]", "t:a", "t[b]", "u:c",
                                 "u[d]"}));
}

TEST_F(StagingTest, AFullBatchIsToldAndAnotherBegun) {
  options.batch_bytes = record::kBatchHeaderBytes + 60;
  add("1");
  EXPECT_TRUE(add("2"));
  int told = 0;
  for (const char* value : {"3", "4", "5", "6", "7", "8"}) told += add(value) ? 1 : 0;
  EXPECT_GE(told, 1);
  const Lines lines = take(staged);
  ASSERT_GE(lines.size(), 3U);
  std::string all;
  for (const auto& line : lines) all += line.substr(2);
  std::erase_if(all, [](char c) { return c == ']'; });
  EXPECT_EQ(all, "12345678");
}

TEST_F(StagingTest, ABatchThatMayGrowIsLeftUntilItsTime) {
  Staging taken(options);
  add("1");
  staged.hand_over(taken, ports.time());
  EXPECT_EQ(take(taken), Lines{"t:1"});
  ports.advance(Millis(10));
  add("2");
  const MonoTime begun = ports.time();
  staged.hand_over(taken, begun - 1);
  EXPECT_TRUE(taken.empty() && staged.only_open());
  EXPECT_EQ(staged.open()->begun(), begun);
  EXPECT_FALSE(add("3"));
  staged.hand_over(taken, begun);
  EXPECT_TRUE(staged.empty());
  EXPECT_EQ(take(taken), Lines{"t[23]"});
  add("4");
  staged.hand_over(taken, std::nullopt);
  EXPECT_EQ(take(taken), Lines{"t[4]"});
}

TEST_F(StagingTest, MemoryOfEarlierBatchesIsUsedAgain) {
  Batch::Space space;
  space.bytes = Buffer::allocate(1U << 18U);
  const std::byte* const at = space.bytes.data();
  spare.push_back(std::move(space));
  add("1");
  add("2");
  EXPECT_TRUE(spare.empty());
  staged.take([](const EncodedRecord&, const DeliveryCallback&) {},
              [&](client::Run&& run) {
                run.batch->seal(kNoProducer, kNoProducerEpoch, -1);
                EXPECT_EQ(run.batch->take_space().bytes.data(), at);
              });
}

}  // namespace
}  // namespace millrace::client
