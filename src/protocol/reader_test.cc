#include "protocol/reader.h"

#include <gtest/gtest.h>

#include "protocol/gen/api_versions.h"
#include "protocol/gen/describe_topic_partitions.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/metadata.h"
#include "protocol/limits.h"

namespace millrace::protocol {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

TEST(Reader, NothingIsReadBehindTheEndAndTheErrorSticks) {
  const auto frame = bytes({1, 2, 3});
  Reader in(frame);
  EXPECT_EQ(in.i16(), 0x0102);
  EXPECT_EQ(in.i32(), 0);
  EXPECT_EQ(in.status().error(), Error::truncated);
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_EQ(in.i8(), 0);
  in.fail(Error::corrupt);
  EXPECT_EQ(in.status().error(), Error::truncated);
}

TEST(Reader, ShortBaseNumbersAndLongOnes) {
  const auto frame = bytes({0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0x0f});
  Reader in(frame);
  EXPECT_EQ(in.uvarint(), 0U);
  EXPECT_EQ(in.uvarint(), 127U);
  EXPECT_EQ(in.uvarint(), 128U);
  EXPECT_EQ(in.uvarint(), 0xffffffffU);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(Reader, ASixthByteOfANumberIsCorrupt) {
  const auto frame = bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x00});
  Reader in(frame);
  in.uvarint();
  EXPECT_EQ(in.status().error(), Error::corrupt);
}

TEST(Reader, AnyNegativeLengthIsNullWhereNullIsAllowedAndCorruptElsewhere) {
  for (const auto& frame : {bytes({0xff, 0xff, 0xff, 0xff}), bytes({0x80, 0, 0, 0}), bytes({0xff, 0xff, 0xff, 0x00})}) {
    EXPECT_EQ(Reader(frame).nullable_string(false), std::nullopt);
    EXPECT_EQ(Reader(frame).nullable_count(false, 1), std::nullopt);
    EXPECT_FALSE(Reader(frame).nullable_bytes(false).has_value());
    Reader strict(frame);
    strict.string(false);
    EXPECT_EQ(strict.status().error(), Error::corrupt);
    Reader count(frame);
    EXPECT_EQ(count.count(false, 1), 0U);
    EXPECT_EQ(count.status().error(), Error::corrupt);
  }
}

TEST(Reader, StringsLongerThanAnyStringAreCorruptEvenIfTheBytesAreThere) {
  std::vector<std::byte> frame(40000, std::byte{'x'});
  frame[0] = std::byte{0x81};  // 32768 + 1
  frame[1] = std::byte{0x80};
  frame[2] = std::byte{0x02};
  Reader in(frame);
  in.string(true);
  EXPECT_EQ(in.status().error(), Error::corrupt);
}

TEST(Reader, ACountThatTheRestCannotHoldIsRefused) {
  const auto frame = bytes({0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8});
  Reader four(frame);
  EXPECT_EQ(four.count(false, 4), 0U);
  EXPECT_EQ(four.status().error(), Error::truncated);
  Reader two(frame);
  EXPECT_EQ(two.count(false, 2), 3U);
  EXPECT_TRUE(two.ok());
}

TEST(Reader, ManySmallElementsMayNotTakeManyTimesTheirFrameInMemory) {
  // Empty topic names take two bytes each in the frame, and many times that as structs.
  std::vector<std::byte> frame(64 << 20);
  const std::size_t topics = (frame.size() - 4) / 2;
  store_be(frame.data(), static_cast<std::int32_t>(topics));
  MetadataRequest metadata;
  EXPECT_EQ(decode_body(frame, 1, metadata).error(), Error::too_large);
  EXPECT_EQ(metadata.topics->capacity(), 0U);
}

TEST(Reader, HugeCountsAllocateNothing) {
  MetadataRequest metadata;
  const auto request = bytes({0x7f, 0xff, 0xff, 0xff, 0, 0});
  EXPECT_EQ(decode_body(request, 1, metadata).error(), Error::truncated);
  EXPECT_EQ(metadata.topics->capacity(), 0U);

  MetadataResponse response;
  const auto brokers = bytes({0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0});
  EXPECT_EQ(decode_body(brokers, 9, response).error(), Error::truncated);
  EXPECT_EQ(response.brokers.capacity(), 0U);
}

TEST(Tags, UnknownOnesAreSkippedAndLaterFieldsStillRead) {
  // ApiVersions response 3: no error, no keys, no throttle; tags 9 (unknown, 2 bytes), 1 (epoch 5), 1 again (epoch 6).
  const auto frame = bytes({0, 0, 1, 0, 0, 0, 0, 3, 9, 2, 0xaa, 0xbb, 1, 8, 0, 0, 0, 0, 0, 0, 0, 5,
                            1, 8, 0, 0, 0, 0, 0, 0, 0, 6});
  ApiVersionsResponse response;
  ASSERT_TRUE(decode_body(frame, 3, response).ok());
  EXPECT_EQ(response.finalized_features_epoch, 6);
}

TEST(Tags, TooManyAreRefused) {
  std::vector<std::byte> frame = bytes({0x81, 0x08});  // 1025
  frame.resize(frame.size() + 2 * (kMaxTags + 1));
  Reader in(frame);
  in.skip_tags();
  EXPECT_EQ(in.status().error(), Error::too_large);
}

TEST(Tags, AKnownTagInAVersionWithoutItIsCorrupt) {
  // Fetch request 12, which has tag 0 (cluster id) but not yet tag 1 (replica state).
  FetchRequest plain;
  std::vector<std::byte> frame(encoded_size(plain, 12));
  Writer out(frame);
  encode(out, 12, plain);
  frame.back() = std::byte{1};
  for (const int value : {1, 1, 0}) frame.push_back(static_cast<std::byte>(value));
  FetchRequest request;
  EXPECT_EQ(decode_body(frame, 12, request).error(), Error::corrupt);
}

TEST(Decode, UnknownVersionsAreUnsupported) {
  FetchRequest request;
  EXPECT_EQ(decode_body(Bytes(), 3, request).error(), Error::unsupported);
  EXPECT_EQ(decode_body(Bytes(), 19, request).error(), Error::unsupported);
}

TEST(Decode, NothingOfAnEarlierMessageStays) {
  FetchRequest request;
  request.replica_id = 7;
  request.topics.resize(3);
  FetchRequest empty;
  const Buffer frame = encode_body(empty, 17);
  ASSERT_TRUE(decode_body(frame.bytes(), 17, request).ok());
  EXPECT_EQ(request.replica_id, -1);
  EXPECT_TRUE(request.topics.empty());
}

TEST(Decode, StringsPointIntoTheFrame) {
  MetadataRequest request;
  request.topics.emplace().push_back({.name = "orders"});
  const Buffer frame = encode_body(request, 12);
  MetadataRequest decoded;
  ASSERT_TRUE(decode_body(frame.bytes(), 12, decoded).ok());
  const std::string_view name = *decoded.topics->at(0).name;
  EXPECT_EQ(name, "orders");
  EXPECT_GE(as_bytes(name).data(), frame.data());
  EXPECT_LT(as_bytes(name).data(), frame.data() + frame.size());
}

}  // namespace
}  // namespace millrace::protocol
