#include <gtest/gtest.h>

#include <string>

#include "record/batch_builder.h"

namespace millrace::record {
namespace {

constexpr Codec kCodecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

Buffer hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return Buffer::copy_of(as_bytes(bytes));
}

// A batch of six records that a Kafka 4.3.1 broker stored; the first two records are (null, null) and ("", null).
TEST(Batch, HeaderFieldsAreThoseThatKafkaWrote) {
  const Buffer bytes =
      hex("00000000000000000000005d00000000028452b36000000000000500000174876e800000000174876e8005"
          "ffffffffffffffffffffffffffff00000006");
  const auto batch = BatchView::parse_header(bytes.bytes());
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->size(), 105U);
  EXPECT_EQ(batch->magic(), 2);
  EXPECT_EQ(batch->crc(), 0x8452b360U);
  EXPECT_EQ(batch->last_offset(), Offset(5));
  EXPECT_EQ(batch->count(), 6);
  EXPECT_EQ(batch->max_timestamp(), WallTime(1600000000005));
  EXPECT_FALSE(batch->has_producer());
  EXPECT_EQ(BatchView::parse(bytes.bytes()).error(), Error::truncated);
}

TEST(Batch, MarkerThatKafkaWroteIsReadWhole) {
  BatchOptions options;
  options.base_offset = Offset(5);
  options.leader_epoch = LeaderEpoch(0);
  options.producer_id = ProducerId(12);
  options.producer_epoch = ProducerEpoch(1);
  options.transactional = options.control = true;
  BatchBuilder builder(options);
  const Buffer key = hex("00000001"), value = hex("000000000000");
  builder.add(WallTime(7), key.bytes(), value.bytes());
  const Buffer bytes = builder.build();
  EXPECT_EQ(bytes.size(), 78U);
  const auto batch = BatchView::parse(bytes.bytes());
  EXPECT_EQ(batch->attributes(), 0x30);
  EXPECT_TRUE(same_bytes(batch->records(), hex("2000000008000000010c00000000000000").bytes()));
}

TEST(Batch, ChangingOffsetAndEpochKeepsTheChecksumRight) {
  BatchBuilder builder({});
  builder.add(WallTime(1), as_bytes("k"), as_bytes("v"));
  Buffer bytes = builder.build();
  MutableBatch batch(bytes.writable());
  batch.set_base_offset(Offset(123456789012));
  batch.set_leader_epoch(LeaderEpoch(77));
  EXPECT_TRUE(batch.view().crc_ok());
  EXPECT_EQ(batch.view().leader_epoch(), LeaderEpoch(77));
  batch.set_max_timestamp(WallTime(99));
  EXPECT_FALSE(batch.view().crc_ok());
  batch.seal();
  EXPECT_TRUE(batch.view().crc_ok());
}

TEST(Batch, WalkStopsAtTheFirstBrokenBatchAndNamesWhy) {
  BatchBuilder builder({});
  builder.add(WallTime(1), std::nullopt, as_bytes("v"));
  const Buffer one = builder.build();
  std::string blob;
  for (int i = 0; i < 3; ++i) blob += as_text(one.bytes());
  for (std::size_t cut = 0; cut < one.size(); ++cut) {
    const Bytes part = as_bytes(blob).first(2 * one.size() + cut);
    BatchWalk walk(part);
    int whole = 0;
    while (walk.next()) ++whole;
    EXPECT_EQ(whole, 2);
    EXPECT_EQ(walk.error(), cut == 0 ? Error::none : Error::truncated) << cut;
  }
  blob[8] = '\x80';
  BatchWalk negative(as_bytes(blob));
  EXPECT_FALSE(negative.next());
  EXPECT_EQ(negative.error(), Error::corrupt);
}

TEST(Records, ComeBackAsTheyWereAddedWithEveryCodec) {
  const std::string big(100'000, 'z');
  for (const Codec codec : kCodecs) {
    BatchOptions options;
    options.codec = codec;
    options.base_offset = Offset(40);
    BatchBuilder builder(options);
    const Header headers[] = {{as_bytes("a"), as_bytes("b")}, {as_bytes(""), std::nullopt}};
    builder.add(WallTime(1000), std::nullopt, std::nullopt);
    builder.add(WallTime(900), as_bytes(""), as_bytes("value"), headers);
    builder.add(WallTime(1100), as_bytes("k"), as_bytes(big));
    const Buffer bytes = builder.build();
    const auto batch = BatchView::parse(bytes.bytes());
    ASSERT_TRUE(batch.ok() && batch->crc_ok());
    EXPECT_EQ(batch->codec(), codec);
    EXPECT_EQ(batch->max_timestamp(), WallTime(1100));
    Scratch scratch;
    auto reader = RecordReader::open(*batch, scratch);
    ASSERT_TRUE(reader.ok()) << to_string(codec);
    Record record;
    ASSERT_TRUE(reader->next(record));
    EXPECT_FALSE(record.key || record.value);
    ASSERT_TRUE(reader->next(record));
    EXPECT_EQ(record.timestamp, WallTime(900));
    EXPECT_EQ(record.offset, Offset(41));
    EXPECT_EQ(as_text(*record.value), "value");
    Header header;
    ASSERT_TRUE(record.headers.next(header));
    EXPECT_EQ(as_text(*header.value), "b");
    ASSERT_TRUE(record.headers.next(header));
    EXPECT_FALSE(header.value);
    EXPECT_FALSE(record.headers.next(header));
    ASSERT_TRUE(reader->next(record));
    EXPECT_EQ(record.value->size(), big.size());
    EXPECT_FALSE(reader->next(record));
    EXPECT_TRUE(reader->status().ok());
  }
}

TEST(Records, EveryCutOfTheRecordsIsDamageAndNeverReadPastTheEnd) {
  for (const Codec codec : kCodecs) {
    BatchOptions options;
    options.codec = codec;
    BatchBuilder builder(options);
    for (int i = 0; i < 20; ++i) builder.add(WallTime(i), as_bytes("key"), as_bytes("some value"));
    const Buffer whole = builder.build();
    // Two bytes of gzip's trailer apart, every byte counts.
    for (std::size_t size = kBatchHeaderBytes; size + 8 < whole.size(); ++size) {
      Buffer cut = Buffer::copy_of(whole.bytes().first(size));
      store_be(cut.data() + 8, static_cast<std::int32_t>(size - kLengthPrefixBytes));
      const auto batch = BatchView::parse(cut.bytes());
      ASSERT_TRUE(batch.ok());
      Scratch scratch;
      auto reader = RecordReader::open(*batch, scratch);
      if (!reader) continue;
      Record record;
      while (reader->next(record)) {
      }
      EXPECT_FALSE(reader->status().ok()) << to_string(codec) << " cut to " << size;
    }
  }
}

TEST(Codecs, ABombIsStoppedAtTheLimit) {
  const std::string zeros(3 << 20, '\0');
  for (const Codec codec : kCodecs) {
    if (codec == Codec::none) continue;
    const auto packed = compress(codec, as_bytes(zeros));
    ASSERT_TRUE(packed.ok());
    Scratch scratch;
    EXPECT_EQ(decompress(codec, *packed, zeros.size() - 1, scratch).error(), Error::too_large) << to_string(codec);
    const auto exact = decompress(codec, *packed, zeros.size(), scratch);
    ASSERT_TRUE(exact.ok()) << to_string(codec);
    EXPECT_TRUE(same_bytes(*exact, as_bytes(zeros)));
  }
}

TEST(Codecs, WhatOtherClientsWriteIsReadToo) {
  Scratch scratch;
  const std::string text = "hello hello hello hello hello";
  auto twice = compress(Codec::gzip, as_bytes(text)).value();
  const auto once = twice;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(as_text(*decompress(Codec::gzip, twice, 1000, scratch)), text + text);

  auto frames = compress(Codec::zstd, as_bytes(text)).value();
  const auto frame = frames;
  frames.insert(frames.end(), frame.begin(), frame.end());
  EXPECT_EQ(as_text(*decompress(Codec::zstd, frames, 1000, scratch)), text + text);

  auto xerial = compress(Codec::snappy, as_bytes(text)).value();
  const auto header_and_block = xerial;
  const std::vector<std::byte> raw(xerial.begin() + 20, xerial.end());
  EXPECT_EQ(as_text(*decompress(Codec::snappy, raw, 1000, scratch)), text);
  xerial.insert(xerial.end(), header_and_block.begin(), header_and_block.end());
  EXPECT_EQ(as_text(*decompress(Codec::snappy, xerial, 1000, scratch)), text + text);
}

TEST(Codecs, StreamsBeginAsKafkasDo) {
  const auto begins = [](Codec codec, std::string_view digits) {
    const auto packed = compress(codec, as_bytes("some bytes to compress"));
    const Buffer expected = hex(digits);
    return same_bytes(Bytes(*packed).first(expected.size()), expected.bytes());
  };
  EXPECT_TRUE(begins(Codec::gzip, "1f8b08000000000000ff"));
  EXPECT_TRUE(begins(Codec::snappy, "82534e41505059000000000100000001"));
  EXPECT_TRUE(begins(Codec::lz4, "04224d18604082"));
  EXPECT_TRUE(begins(Codec::zstd, "28b52ffd0058"));
}

}  // namespace
}  // namespace millrace::record
