#include "protocol/metadata_frame.h"

#include <gtest/gtest.h>

#include "protocol/gen/offset_commit_record.h"
#include "protocol/versioned.h"

namespace millrace::protocol {
namespace {

TEST(MetadataFrame, KnownBytesOfAFeatureLevel) {
  const Buffer bytes = encode_metadata(FeatureLevelRecord{.name = "metadata.version", .feature_level = 30}, 0);
  const std::string expected = std::string("\x01\x0c\x00\x11metadata.version\x00\x1e\x00", 23);
  EXPECT_EQ(as_text(bytes.bytes()), expected);
  const auto record = decode_metadata(bytes.bytes());
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(std::get<FeatureLevelRecord>(*record).feature_level, 30);
  EXPECT_EQ(metadata_type(*record), 12);
}

TEST(MetadataFrame, UnknownFramesTypesVersionsAndGarbageAreRefused) {
  const auto refused = [](std::string_view text) { return decode_metadata(as_bytes(text)).error(); };
  EXPECT_EQ(refused(std::string_view("\x02\x14\x00\x00", 4)), Error::unsupported);
  EXPECT_EQ(refused(std::string_view("\x01\x7f\x00\x00", 4)), Error::unsupported);
  EXPECT_EQ(refused(std::string_view("\x01\x14\x01\x00", 4)), Error::unsupported);
  EXPECT_EQ(refused(std::string_view("\x01\x14\x00\x00x", 5)), Error::corrupt);
  EXPECT_EQ(refused(std::string_view("\x01\x14", 2)), Error::truncated);
}

TEST(LogKey, TypeInFrontAndOnlyThatTypeIsRead) {
  const Buffer key = encode_log_key(OffsetCommitKey{.group = "g", .topic = "t", .partition = 3});
  EXPECT_EQ(as_text(key.bytes()), std::string("\0\1\0\1g\0\1t\0\0\0\3", 12));
  EXPECT_EQ(log_key_type(key.bytes()).value(), 1);
  OffsetCommitKey read;
  ASSERT_TRUE(decode_log_key(key.bytes(), read).ok());
  EXPECT_EQ(read.partition, 3);
  const std::string other = std::string("\0\2\0\1g", 5);
  EXPECT_EQ(decode_log_key(as_bytes(other), read).error(), Error::unsupported);
}

TEST(Versioned, TheVersionTravelsWithTheValue) {
  const Buffer value = encode_versioned(OffsetCommitValue{.offset = 5, .metadata = "m"}, 3);
  OffsetCommitValue read;
  const auto version = decode_versioned(value.bytes(), read);
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(*version, 3);
  EXPECT_EQ(read.offset, 5);
  const std::string future = std::string("\x00\x63", 2);
  EXPECT_EQ(decode_versioned(as_bytes(future), read).error(), Error::unsupported);
}

}  // namespace
}  // namespace millrace::protocol
