#include "record/producer.h"

#include <gtest/gtest.h>

#include "record/batch_builder.h"

namespace millrace::record {
namespace {

constexpr ProducerId kProducer{12};

struct Table {
  ProducerTable table;
  void add(int epoch, std::int32_t first, std::int32_t last, std::int64_t last_offset = 0) {
    table.replay(kProducer, ProducerEpoch(static_cast<std::int16_t>(epoch)),
                 {first, last, Offset(last_offset), last - first, WallTime(100)});
  }
  SequenceVerdict check(int epoch, std::int32_t first, std::int32_t last) const {
    return table.check(kProducer, ProducerEpoch(static_cast<std::int16_t>(epoch)), first, last).verdict;
  }
};

TEST(ProducerTable, AProducerWithoutATraceMayBeginAnywhere) {
  const Table t;
  EXPECT_EQ(t.check(0, 0, 4), SequenceVerdict::in_order);
  EXPECT_EQ(t.check(3, 77, 80), SequenceVerdict::in_order);
}

TEST(ProducerTable, SequencesFollowEachOtherAndWrap) {
  Table t;
  t.add(0, 0, 4);
  EXPECT_EQ(t.check(0, 5, 5), SequenceVerdict::in_order);
  EXPECT_EQ(t.check(0, 6, 6), SequenceVerdict::out_of_order);
  EXPECT_EQ(t.check(0, 0, 3), SequenceVerdict::out_of_order) << "neither a duplicate nor next";
  t.add(0, INT32_MAX - 1, INT32_MAX);
  EXPECT_EQ(t.check(0, 0, 1), SequenceVerdict::in_order);
  EXPECT_EQ(sequence_plus(INT32_MAX, 1), 0);
}

TEST(ProducerTable, TheLastFiveBatchesAreAnsweredAsDuplicates) {
  Table t;
  for (int i = 0; i < 6; ++i) t.add(0, i, i, 10 + i);
  EXPECT_EQ(t.check(0, 0, 0), SequenceVerdict::out_of_order);
  for (int i = 1; i < 6; ++i) {
    const auto check = t.table.check(kProducer, ProducerEpoch(0), i, i);
    EXPECT_EQ(check.verdict, SequenceVerdict::duplicate);
    EXPECT_EQ(check.duplicate_of.last_offset, Offset(10 + i));
  }
}

TEST(ProducerTable, ARisenEpochBeginsAtZeroAndFencesTheOldOne) {
  Table t;
  t.add(3, 0, 4);
  EXPECT_EQ(t.check(4, 5, 5), SequenceVerdict::out_of_order);
  EXPECT_EQ(t.check(4, 0, 0), SequenceVerdict::in_order);
  EXPECT_EQ(t.check(2, 0, 0), SequenceVerdict::stale_epoch);
  t.add(4, 0, 0);
  EXPECT_EQ(t.check(4, 0, 0), SequenceVerdict::duplicate);
  EXPECT_EQ(t.check(3, 5, 5), SequenceVerdict::stale_epoch);
}

TEST(ProducerTable, AMarkerEndsTheTransactionAndItsEpochRisesTheNextSequenceIsZero) {
  BatchOptions options;
  options.producer_id = kProducer;
  options.producer_epoch = ProducerEpoch(0);
  options.base_sequence = 0;
  options.transactional = true;
  options.base_offset = Offset(40);
  BatchBuilder data(options);
  data.add(WallTime(1), std::nullopt, as_bytes("v"));
  Table t;
  t.table.replay(*BatchView::parse(data.build().bytes()));
  EXPECT_EQ(t.table.entries().at(kProducer).current_txn_first_offset, Offset(40));
  t.table.expire(WallTime(1'000'000));
  EXPECT_EQ(t.table.entries().size(), 1U) << "an open transaction is never forgotten";

  options.producer_epoch = ProducerEpoch(1);
  options.base_sequence = -1;
  options.control = true;
  options.base_offset = Offset(41);
  BatchBuilder marker(options);
  const std::byte key[4] = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
  const std::byte value[6] = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{9}};
  marker.add(WallTime(500), Bytes(key), Bytes(value));
  t.table.replay(*BatchView::parse(marker.build().bytes()));
  const ProducerEntry& entry = t.table.entries().at(kProducer);
  EXPECT_EQ(entry.current_txn_first_offset, kNoOffset);
  EXPECT_EQ(entry.coordinator_epoch, 9);
  EXPECT_EQ(t.check(1, 1, 1), SequenceVerdict::out_of_order);
  EXPECT_EQ(t.check(1, 0, 0), SequenceVerdict::in_order);
  t.table.expire(WallTime(500));
  EXPECT_EQ(t.table.entries().size(), 1U);
  t.table.expire(WallTime(501));
  EXPECT_TRUE(t.table.entries().empty());
}

}  // namespace
}  // namespace millrace::record
