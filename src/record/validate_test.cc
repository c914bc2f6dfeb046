#include "record/validate.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "record/batch_builder.h"
#include "record/record_reader.h"

namespace millrace::record {
namespace {

constexpr WallTime kNow{1'700'000'000'000};

BatchBuilder two_records(BatchOptions options = {}) {
  BatchBuilder builder(options);
  builder.add(kNow - 20, as_bytes("a"), as_bytes("1"));
  builder.add(kNow - 10, as_bytes("b"), as_bytes("2"));
  return builder;
}

Result<Validated, ValidationFailure> validate(Buffer batch, ValidationRules rules = {}) {
  Scratch scratch;
  return validate_produced(std::move(batch), rules, kNow, scratch);
}

Refusal refusal(Buffer batch, ValidationRules rules = {}) {
  const auto result = validate(std::move(batch), rules);
  EXPECT_FALSE(result.ok());
  return result.error().refusal;
}

// A good batch with one change, sealed again.
template <typename Change>
Buffer changed(Change change) {
  Buffer batch = two_records().build();
  change(batch.data());
  store_be(batch.data() + 17, crc32c(batch.bytes().subspan(21)));
  return batch;
}

TEST(Validate, AGoodBatchIsTakenAsItIs) {
  const Buffer sent = two_records().build();
  const auto result = validate(Buffer::copy_of(sent.bytes()));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(same_bytes(result->batch.bytes(), sent.bytes()));
  EXPECT_EQ(result->max_timestamp, kNow - 10);
  EXPECT_EQ(result->offset_of_max_timestamp, Offset(1));
  EXPECT_FALSE(result->recompressed);
}

TEST(Validate, EveryRuleOfTheHeaderIsHeld) {
  EXPECT_EQ(refusal(Buffer()), Refusal::not_one_batch);
  std::string twice;
  for (int i = 0; i < 2; ++i) twice += as_text(two_records().build().bytes());
  EXPECT_EQ(refusal(Buffer::copy_of(as_bytes(twice))), Refusal::not_one_batch);
  EXPECT_EQ(refusal(Buffer::copy_of(as_bytes(twice).first(70))), Refusal::not_one_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b, std::int64_t{1}); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 57, std::int32_t{3}); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 57, std::int32_t{0}); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 43, std::int64_t{9}); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 21, kControlBit); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 21, std::uint16_t{6}); })), Refusal::unsupported_codec);
  Buffer damaged = two_records().build();
  damaged.data()[70] ^= std::byte{1};
  EXPECT_EQ(refusal(damaged), Refusal::corrupt);
  Buffer old = two_records().build();
  old.data()[kMagicAt] = std::byte{1};
  EXPECT_EQ(refusal(old), Refusal::old_magic);
  ValidationRules small;
  small.max_batch_bytes = 20;
  EXPECT_EQ(refusal(two_records().build(), small), Refusal::too_large);
  BatchOptions zstd;
  zstd.codec = Codec::zstd;
  ValidationRules before7;
  before7.zstd_allowed = false;
  EXPECT_EQ(refusal(two_records(zstd).build(), before7), Refusal::unsupported_codec);
}

TEST(Validate, MoreThanTheEffortDecidesNothing) {
  const std::string value(100'000, 'x');
  const auto batch_of = [&](Codec codec) {
    BatchOptions options;
    options.codec = codec;
    BatchBuilder builder(options);
    builder.add(kNow, as_bytes("k"), as_bytes(value));
    return builder.build();
  };
  const auto left_of = [&](Codec codec, std::size_t effort, ValidationRules rules = {}) -> std::optional<std::size_t> {
    const Buffer batch = batch_of(codec);
    const Buffer sent = Buffer::copy_of(batch.bytes());
    Scratch scratch;
    Effort work{effort};
    const auto result = validate_produced(batch, rules, kNow, scratch, work);
    EXPECT_TRUE(result || result.error().refusal == Refusal::takes_long);
    EXPECT_TRUE(same_bytes(batch.bytes(), sent.bytes()));
    if (!result) return std::nullopt;
    return work.left;
  };
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    EXPECT_FALSE(left_of(codec, 99'000)) << static_cast<int>(codec);
    const auto left = left_of(codec, 110'000);
    ASSERT_TRUE(left) << static_cast<int>(codec);
    EXPECT_LT(*left, 10'000U);
  }
  EXPECT_FALSE(left_of(Codec::none, 20'000));
  EXPECT_TRUE(left_of(Codec::none, 30'000));
  ValidationRules other_codec;
  other_codec.compression = Codec::lz4;
  EXPECT_FALSE(left_of(Codec::none, 400'000, other_codec));
  EXPECT_TRUE(left_of(Codec::none, 500'000, other_codec));
}

TEST(Validate, TimesStayWhenRecordsAreNumberedAnew) {
  // The header's base is another than the first record's time.
  const Buffer sent = changed([](std::byte* b) {
    store_be(b + 27, kNow.value() - 1000);
    store_be(b + 21, kLogAppendTimeBit);
  });
  ValidationRules zstd;
  zstd.compression = Codec::zstd;
  const auto result = validate(sent, zstd);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->recompressed);
  const auto batch = BatchView::parse(result->batch.bytes());
  Scratch scratch;
  auto reader = RecordReader::open(*batch, scratch);
  Record record;
  int count = 0;
  for (; reader->next(record); ++count) EXPECT_EQ(record.timestamp, kNow - 10) << "the batch's greatest";
  EXPECT_EQ(count, 2);
}

TEST(Validate, RecordsThatDoNotFitTheirFramingAreRefused) {
  EXPECT_EQ(refusal(changed([](std::byte* b) { b[61] = std::byte{2}; })), Refusal::invalid_record);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 21, std::uint16_t{1}); })), Refusal::unreadable)
      << "says gzip, is not";
  for (const int count : {1, 3}) {
    EXPECT_EQ(refusal(changed([count](std::byte* b) {
      store_be(b + 57, std::int32_t{count});
      store_be(b + 23, std::int32_t{count - 1});
    })), Refusal::invalid_record) << count;
  }
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 57, std::int32_t{-1}); })), Refusal::invalid_batch);
  EXPECT_EQ(refusal(changed([](std::byte* b) { store_be(b + 23, std::int32_t{-1}); })), Refusal::invalid_batch);
}

TEST(Validate, BytesBehindTheBatchThatBeginNoOtherAreLeftOut) {
  const std::string one(as_text(two_records().build().bytes()));
  const auto valid = validate(Buffer::copy_of(as_bytes(one + "12345678901")));
  ASSERT_TRUE(valid.ok());
  EXPECT_EQ(valid->batch.size(), one.size());
  EXPECT_EQ(refusal(Buffer::copy_of(as_bytes(one + std::string(30, '\0')))), Refusal::corrupt);
  EXPECT_EQ(validate(Buffer::copy_of(as_bytes(one + one.substr(0, one.size() - 1)))).ok(), true);
}

TEST(Validate, AClaimOfAppendTimeIsRefusedWhereTimestampsAreNotLookedAt) {
  const auto claims = [](std::byte* b) { store_be(b + 21, kLogAppendTimeBit); };
  const auto taken = validate(changed(claims));
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(BatchView::parse(taken->batch.bytes())->timestamp_type(), TimestampType::create_time);
  ValidationRules rules;
  rules.timestamp_type = TimestampType::log_append_time;
  const auto refused = validate(changed(claims), rules);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().refusal, Refusal::invalid_timestamp);
  EXPECT_EQ(refused.error().records.size(), 2U);
}

TEST(Validate, TimestampsFarFromTheClockAreRefusedRecordByRecord) {
  ValidationRules rules;
  rules.timestamp_after_max = Millis(1000);
  rules.timestamp_before_max = Millis(5000);
  BatchBuilder builder({});
  builder.add(kNow + 1000, std::nullopt, std::nullopt);
  builder.add(kNow + 1001, std::nullopt, std::nullopt);
  builder.add(kNow - 5000, std::nullopt, std::nullopt);
  builder.add(kNow - 5001, std::nullopt, std::nullopt);
  builder.add(kNoTime, std::nullopt, std::nullopt);
  builder.add(WallTime(INT64_MIN), std::nullopt, std::nullopt);
  const auto result = validate(builder.build(), rules);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().refusal, Refusal::invalid_timestamp);
  std::vector<int> at;
  for (const auto& fault : result.error().records) at.push_back(fault.index);
  EXPECT_EQ(at, (std::vector<int>{1, 3, 5}));
  rules.timestamp_type = TimestampType::log_append_time;
  EXPECT_TRUE(validate(two_records().build(), rules).ok());
}

TEST(Validate, ACompactedTopicRefusesNullKeysAndNamesThem) {
  BatchBuilder builder({});
  builder.add(kNow, as_bytes("k"), std::nullopt);
  builder.add(kNow, std::nullopt, as_bytes("v"));
  ValidationRules rules;
  rules.compacted = true;
  const auto result = validate(builder.build(), rules);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().refusal, Refusal::invalid_record);
  ASSERT_EQ(result.error().records.size(), 1U);
  EXPECT_EQ(result.error().records[0].index, 1);
}

TEST(Validate, LogAppendTimeSetsTypeAndMaximumAndKeepsTheRest) {
  ValidationRules rules;
  rules.timestamp_type = TimestampType::log_append_time;
  const auto result = validate(two_records().build(), rules);
  ASSERT_TRUE(result.ok());
  const auto batch = BatchView::parse(result->batch.bytes());
  EXPECT_TRUE(batch->crc_ok());
  EXPECT_EQ(batch->max_timestamp(), kNow);
  EXPECT_EQ(batch->base_timestamp(), kNow - 20);
  EXPECT_EQ(batch->timestamp_type(), TimestampType::log_append_time);
  BatchOptions claimed;
  claimed.timestamp_type = TimestampType::log_append_time;
  EXPECT_EQ(refusal(two_records(claimed).build(kNow), rules), Refusal::invalid_timestamp);
}

TEST(Validate, AWrongMaximumTimestampIsSetRight) {
  const auto result = validate(changed([](std::byte* b) { store_be(b + 35, std::int64_t{5}); }));
  ASSERT_TRUE(result.ok());
  const auto batch = BatchView::parse(result->batch.bytes());
  EXPECT_EQ(batch->max_timestamp(), kNow - 10);
  EXPECT_TRUE(batch->crc_ok());
}

TEST(Validate, AnotherCodecOfTheTopicCompressesAnewAndKeepsTheProducer) {
  for (const Codec from : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    for (const Codec to : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
      BatchOptions options;
      options.codec = from;
      options.producer_id = ProducerId(7);
      options.producer_epoch = ProducerEpoch(1);
      options.base_sequence = 30;
      ValidationRules rules;
      rules.compression = to;
      const auto result = validate(two_records(options).build(), rules);
      ASSERT_TRUE(result.ok());
      EXPECT_EQ(result->recompressed, from != to);
      const auto batch = BatchView::parse(result->batch.bytes());
      ASSERT_TRUE(batch.ok() && batch->crc_ok());
      EXPECT_EQ(batch->codec(), to);
      EXPECT_EQ(batch->base_sequence(), 30);
      EXPECT_EQ(batch->last_offset_delta(), 1);
      Scratch scratch;
      auto reader = RecordReader::open(*batch, scratch);
      Record record;
      ASSERT_TRUE(reader->next(record) && reader->next(record));
      EXPECT_EQ(as_text(*record.value), "2");
      EXPECT_FALSE(reader->next(record));
      EXPECT_TRUE(reader->status().ok());
    }
  }
}

Buffer with_holes(Codec codec) {
  BatchOptions options;
  options.codec = codec;
  BatchBuilder builder(options);
  builder.add_at(0, kNow, std::nullopt, as_bytes("first"));
  builder.add_at(5, kNow, std::nullopt, as_bytes("second"));
  Buffer batch = builder.build();
  store_be(batch.data() + 23, std::int32_t{1});
  MutableBatch(batch.writable()).seal();
  return batch;
}

TEST(Validate, OffsetsOfCompressedRecordsAreDenseOrMadeSoWhenTheyAreCompressedAnew) {
  EXPECT_EQ(refusal(with_holes(Codec::lz4)), Refusal::invalid_record);
  EXPECT_TRUE(validate(with_holes(Codec::none)).ok()) << "as Kafka: nobody looks";
  ValidationRules rules;
  rules.compression = Codec::gzip;
  const auto result = validate(with_holes(Codec::lz4), rules);
  ASSERT_TRUE(result.ok());
  const auto rebuilt = BatchView::parse(result->batch.bytes());
  Scratch scratch;
  auto reader = RecordReader::open(*rebuilt, scratch);
  Record record;
  ASSERT_TRUE(reader->next(record) && reader->next(record));
  EXPECT_EQ(record.offset_delta, 1);
  EXPECT_EQ(as_text(*record.value), "second");
}

}  // namespace
}  // namespace millrace::record
