#include "protocol/tool_decode.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace millrace::protocol {
namespace {

TEST(ToolDecode, PrintsOneLineOfJson) {
  const auto output = tool_decode({"Heartbeat", "0", "request", "0001670000000500016d"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "{\"groupId\":\"g\",\"generationId\":5,\"memberId\":\"m\"}\n");
  EXPECT_EQ(output.err, "");
}

TEST(ToolDecode, ApisGoByNumberToo) {
  const auto output = tool_decode({"12", "0", "response", "0010"});
  EXPECT_EQ(output.out, "{\"errorCode\":16}\n");
}

TEST(ToolDecode, RecordBatchesAreShownOnlyOnDemand) {
  DecodeQuery query{"Produce", "3", "request", "ffff0001000000640000000100016100000001000000000000000261ff"};
  EXPECT_NE(tool_decode(query).out.find("\"records\":\"\""), std::string::npos) << tool_decode(query).err;
  query.records = true;
  EXPECT_NE(tool_decode(query).out.find("\"records\":\"Yf8=\""), std::string::npos);
}

TEST(ToolDecode, BytesBehindTheMessageAreMentionedOnly) {
  const auto output = tool_decode({"Heartbeat", "0", "response", "0010ff"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.out, "{\"errorCode\":16}\n");
  EXPECT_NE(output.err.find("1 bytes"), std::string::npos);
}

TEST(ToolDecode, BadInputIsOneLineAndNoOutput) {
  const std::vector<DecodeQuery> bad = {
      {"", "", "", ""},
      {"Nope", "0", "request", "00"},
      {"Heartbeat", "99", "request", "00"},
      {"Heartbeat", "x", "request", "00"},
      {"Heartbeat", "0", "thing", "00"},
      {"Heartbeat", "0", "request", "0"},
      {"Heartbeat", "0", "request", "zz"},
      {"Heartbeat", "0", "request", "0005"},
      {"LeaderAndIsr", "0", "request", ""},
  };
  for (const auto& query : bad) {
    const auto output = tool_decode(query);
    EXPECT_NE(output.exit_code, 0);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
  }
}

}  // namespace
}  // namespace millrace::protocol
