#include "protocol/tool_decode.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace millrace::protocol {
namespace {

ToolOutput run(std::vector<std::string_view> args) { return tool_decode(args); }

TEST(ToolDecode, PrintsOneLineOfJson) {
  const auto output = run({"--api", "Heartbeat", "--version", "0", "--kind", "request", "0001670000000500016d"});
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.out, "{\"groupId\":\"g\",\"generationId\":5,\"memberId\":\"m\"}\n");
  EXPECT_EQ(output.err, "");
}

TEST(ToolDecode, ApisGoByNumberAndOptionsByEqualsSign) {
  const auto output = run({"--api=12", "--version=0", "--kind=response", "0010"});
  EXPECT_EQ(output.out, "{\"errorCode\":16}\n");
}

TEST(ToolDecode, RecordBatchesAreShownOnlyOnDemand) {
  std::vector<std::string_view> args = {"--api", "Produce", "--version", "3", "--kind", "request",
                                        "ffff0001000000640000000100016100000001000000000000000261ff"};
  EXPECT_NE(run(args).out.find("\"records\":\"\""), std::string::npos) << run(args).err;
  args.push_back("--records");
  EXPECT_NE(run(args).out.find("\"records\":\"Yf8=\""), std::string::npos);
}

TEST(ToolDecode, BytesBehindTheMessageAreMentionedOnly) {
  const auto output = run({"--api", "Heartbeat", "--version", "0", "--kind", "response", "0010ff"});
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.out, "{\"errorCode\":16}\n");
  EXPECT_NE(output.err.find("1 bytes"), std::string::npos);
}

TEST(ToolDecode, BadInputIsOneLineAndNoOutput) {
  const std::vector<std::vector<std::string_view>> bad = {
      {},
      {"--api", "Heartbeat"},
      {"--api", "Nope", "--version", "0", "--kind", "request", "00"},
      {"--api", "Heartbeat", "--version", "99", "--kind", "request", "00"},
      {"--api", "Heartbeat", "--version", "x", "--kind", "request", "00"},
      {"--api", "Heartbeat", "--version", "0", "--kind", "thing", "00"},
      {"--api", "Heartbeat", "--version", "0", "--kind", "request", "0"},
      {"--api", "Heartbeat", "--version", "0", "--kind", "request", "zz"},
      {"--api", "Heartbeat", "--version", "0", "--kind", "request", "0005"},
      {"--api", "LeaderAndIsr", "--version", "0", "--kind", "request", ""},
      {"--what", "Heartbeat", "--version", "0", "--kind", "request", "00"},
      {"--api", "Heartbeat", "--version", "0", "--kind", "request", "00", "00"},
  };
  for (const auto& args : bad) {
    const auto output = tool_decode(args);
    EXPECT_NE(output.exit_code, 0);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(std::count(output.err.begin(), output.err.end(), '\n'), 1) << output.err;
  }
}

}  // namespace
}  // namespace millrace::protocol
