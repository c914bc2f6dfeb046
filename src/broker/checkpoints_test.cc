#include "broker/checkpoints.h"

#include <gtest/gtest.h>

namespace millrace::broker {
namespace {

TEST(Checkpoints, AreKafkasTextAndReadBack) {
  const CheckpointLines lines{{{"orders", PartitionIndex(0)}, Offset(42)}, {{"orders", PartitionIndex(10)}, Offset(7)}};
  const std::string text = encode_checkpoint(lines);
  EXPECT_EQ(text, "0\n2\norders 0 42\norders 10 7\n");
  EXPECT_EQ(parse_checkpoint(text).value(), lines);
  EXPECT_TRUE(parse_checkpoint("").value().empty());
  EXPECT_TRUE(parse_checkpoint("0\n0\n").value().empty());
}

TEST(Checkpoints, AnythingElseIsRefused) {
  for (const char* text : {"1\n0\n", "0\nx\n", "0\n2\na 0 1\n", "0\n1\na 0\n", "0\n1\na -1 5\n", "0\n1\na 0 1x\n"}) {
    EXPECT_EQ(parse_checkpoint(text).error(), Error::corrupt) << text;
  }
}

}  // namespace
}  // namespace millrace::broker
