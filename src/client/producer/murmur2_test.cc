#include "client/producer/murmur2.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "base/prng.h"

namespace millrace::client {
namespace {

TEST(Murmur2, IsTheHashOfKafkasProducers) {
  const auto hash = [](std::string_view key) { return static_cast<std::int32_t>(murmur2(as_bytes(key))); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

// 100,000 keys of up to 40 bytes, each with a number of partitions up to 1000. The digest is FNV-1a over the partitions
// that the Java client of Kafka 4.3.1 (BuiltInPartitioner) has chosen for the same keys, four little-endian bytes each.
TEST(Murmur2, ChoosesThePartitionsOfTheJavaClient) {
  constexpr std::uint64_t kOfJava = 0x61046e03161e87ad;
  const std::vector<std::int32_t> first{0, 349, 32, 70, 352};
  Prng prng(2026);
  std::uint64_t digest = 0xcbf29ce484222325;
  std::vector<std::byte> key;
  for (std::size_t i = 0; i < 100'000; ++i) {
    key.resize(prng.next() % 41);
    for (std::byte& byte : key) byte = static_cast<std::byte>(prng.next());
    const auto partitions = static_cast<std::int32_t>(1 + prng.next() % 1000);
    const std::int32_t chosen = partition_of_key(key, partitions);
    if (i < first.size()) {
      EXPECT_EQ(chosen, first[i]) << "key " << i;
    }
    for (int shift = 0; shift < 32; shift += 8) {
      digest ^= static_cast<std::uint64_t>(chosen >> shift) & 0xffU;
      digest *= 0x100000001b3;
    }
  }
  EXPECT_EQ(digest, kOfJava);
}

}  // namespace
}  // namespace millrace::client
