#include "log/names.h"

#include <gtest/gtest.h>

#include "log/partition_metadata.h"

namespace millrace::log {
namespace {

TEST(Names, SegmentsAreNamedByTwentyDigits) {
  EXPECT_EQ(segment_name(Offset(42)), "00000000000000000042.log");
  EXPECT_EQ(parse_segment_name("00000000000000000042.log"), Offset(42));
  EXPECT_EQ(parse_segment_name("09223372036854775807.log"), Offset(INT64_MAX));
  for (const char* other : {"42.log", "00000000000000000042.index", "00000000000000000042.log.deleted",
                            "0000000000000000004x.log", "-0000000000000000042.log", "99999999999999999999.log"}) {
    EXPECT_FALSE(parse_segment_name(other)) << other;
  }
}

TEST(Names, ADeletedDirectoryKeepsItsPartitionWithinTheLimitOfNames) {
  const Uuid unique{0x0123456789abcdef, 0xfedcba9876543210};
  EXPECT_EQ(deleted_name("a-1-0", unique), "a-1-0.0123456789abcdeffedcba9876543210-delete");
  const std::string longest = deleted_name(std::string(249, 'L') + "-123", unique);
  EXPECT_EQ(longest.size(), 255U);
  EXPECT_TRUE(longest.ends_with("L-123.0123456789abcdeffedcba9876543210-delete"));
}

TEST(PartitionMetadata, IsReadAsKafkaWritesIt) {
  const Uuid id{7, 8};
  EXPECT_EQ(parse_partition_metadata(encode_partition_metadata(id)).value(), id);
  EXPECT_EQ(parse_partition_metadata("version: 0\ntopic_id: " + id.text() + "\n").value(), id);
  for (const char* bad :
       {"", "version: 1\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ", "version: 0\n", "version: 0\ntopic_id: x"}) {
    EXPECT_FALSE(parse_partition_metadata(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace millrace::log
