#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/prng.h"
#include "base/result.h"
#include "base/uuid.h"
#include "base/varint.h"

namespace millrace {
namespace {

template <typename A, typename B>
concept Comparable = requires(A a, B b) { a < b; };
static_assert(!Comparable<Offset, LeaderEpoch>);
static_assert(Comparable<Offset, Offset>);

TEST(Varint, EveryBoundaryReadsBackAndTakesTheSizeForetold) {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t pattern : {power, power - 1, ~power + 1}) {
      const auto value = static_cast<std::int64_t>(pattern);
      std::byte raw[kMaxVarlongBytes];
      const std::size_t written = put_varlong(raw, value);
      EXPECT_EQ(written, varlong_size(value));
      std::int64_t back = 0;
      EXPECT_EQ(get_varlong(Bytes(raw, written), back), written);
      EXPECT_EQ(back, value);
      EXPECT_EQ(get_varlong(Bytes(raw, written - 1), back), 0U) << "a cut number must not be read";
    }
  }
}

TEST(Varint, ANumberLongerThanItsTypeIsRefused) {
  std::byte raw[11];
  for (auto& b : raw) b = std::byte{0xff};
  std::uint32_t small = 0;
  std::uint64_t large = 0;
  EXPECT_EQ(get_uvarint(raw, small), 0U);
  EXPECT_EQ(get_uvarint(raw, large), 0U);
}

TEST(Uuid, TextReadsBackAndMatchesKafkasForm) {
  const Uuid metadata_topic{0, 1};
  EXPECT_EQ(metadata_topic.text(), "AAAAAAAAAAAAAAAAAAAAAQ");
  EXPECT_EQ(metadata_topic.hex(), "00000000-0000-0000-0000-000000000001");
  Prng prng(7);
  for (int i = 0; i < 100; ++i) {
    const Uuid id = Uuid::from_random(prng.next(), prng.next());
    EXPECT_EQ(Uuid::parse(id.text()).value(), id);
  }
  EXPECT_FALSE(Uuid::parse("short").ok());
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAA*Q").ok());
}

TEST(Callback, OwnsWhatItCapturedWhetherSmallOrLarge) {
  auto counter = std::make_shared<int>(0);
  struct Large {
    std::byte padding[200];
  } large{};
  {
    Callback<int(int)> small_one = [counter](int n) { return *counter += n; };
    Callback<int(int)> large_one = [counter, large](int n) {
      return *counter += n + static_cast<int>(large.padding[0]);
    };
    Callback<int(int)> moved = std::move(small_one);
    EXPECT_FALSE(small_one);
    EXPECT_EQ(moved(1), 1);
    moved = std::move(large_one);
    EXPECT_EQ(moved(2), 3);
    EXPECT_EQ(counter.use_count(), 2);
  }
  EXPECT_EQ(counter.use_count(), 1);
}

TEST(Buffer, ASliceKeepsTheWholeAlive) {
  Buffer slice;
  {
    Buffer whole = Buffer::copy_of(as_bytes("hello world"));
    slice = whole.slice(6, 5);
  }
  EXPECT_EQ(as_text(slice.bytes()), "world");
}

TEST(Result, CarriesAValueOrTheReason) {
  const Result<std::string> good = std::string("x");
  const Result<std::string> bad = Error::corrupt;
  EXPECT_EQ(good.value(), "x");
  EXPECT_STREQ(to_string(bad.error()), "corrupt");
}

TEST(Prng, TheSameSeedGivesTheSameNumbersEverywhere) {
  Prng prng(42);
  EXPECT_EQ(prng.next(), 0xbdd732262feb6e95ULL);
  Prng other(42);
  Prng forked = other.fork(1);
  EXPECT_NE(forked.next(), Prng(42).fork(2).next());
}

}  // namespace
}  // namespace millrace
