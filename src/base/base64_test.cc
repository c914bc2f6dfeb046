#include "base/base64.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Base64, KnownTextsBothWays) {
  const std::pair<std::string_view, std::string_view> known[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xef", "/+8="}};
  for (const auto& [plain, coded] : known) {
    EXPECT_EQ(base64(as_bytes(plain)), coded);
    const auto back = parse_base64(coded);
    ASSERT_TRUE(back.ok()) << coded;
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, AnythingElseIsRefused) {
  for (const std::string_view text : {"Zg", "Zg=", "Z===", "Zg==Zg==", "Zm9-", "Zm 9", "===="}) {
    const auto parsed = parse_base64(text);
    EXPECT_FALSE(parsed.ok()) << text;
  }
}

}  // namespace
}  // namespace millrace
