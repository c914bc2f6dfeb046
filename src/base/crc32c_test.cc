#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/prng.h"

namespace millrace {
namespace {

std::vector<std::byte> noise(std::size_t size) {
  Prng random(size + 1);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random.next());
  return bytes;
}

TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(crc32c(as_bytes("")), 0U);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0})), 0x8a9136aaU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::vector<std::byte>(32, std::byte{0xff})), 0x62a8ab43U);
}

TEST(Crc32c, EveryMethodGivesTheSameNumberAtEveryLengthAndAlignment) {
  const auto bytes = noise(5000);
  const auto methods = crc32c_methods();
  for (std::size_t size = 0; size < 1400; ++size) {
    const Bytes part = Bytes(bytes).subspan(size % 17, size);
    const auto expected = methods.front().extend(part, 0x12345678);
    for (const auto& method : methods) ASSERT_EQ(method.extend(part, 0x12345678), expected) << method.name << size;
  }
  for (const auto& method : methods) {
    EXPECT_EQ(method.extend(bytes, 0), methods.front().extend(bytes, 0)) << method.name;
  }
}

TEST(Crc32c, PartsOneAfterTheOtherAreTheWhole) {
  const auto bytes = noise(3000);
  const auto whole = crc32c(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 37) {
    EXPECT_EQ(crc32c(Bytes(bytes).subspan(cut), crc32c(Bytes(bytes).first(cut))), whole);
  }
}

}  // namespace
}  // namespace millrace
