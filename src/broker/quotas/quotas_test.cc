#include <gtest/gtest.h>

#include "broker/quotas/ledger.h"

namespace millrace::broker::quotas {
namespace {

constexpr MonoTime at(std::int64_t millis) { return MonoTime(1'000'000'000 + millis * 1'000'000); }
constexpr Windows kTen{11, Millis(1'000)};

TEST(QuotaRate, AFirstBurstIsDividedByTheWholeWindows) {
  WindowedRate rate;
  rate.record(1'000, at(0), kTen);
  EXPECT_DOUBLE_EQ(rate.rate(at(0), kTen), 100);
  EXPECT_DOUBLE_EQ(rate.rate(at(500), kTen), 1'000 / 10.5);
}

TEST(QuotaRate, TheExcessIsTheTimeUntilTheRateIsDownAtTheLimit) {
  WindowedRate rate;
  rate.record(2'000, at(0), kTen);
  EXPECT_EQ(rate.excess(200, at(0), kTen), Millis(0));
  EXPECT_EQ(rate.excess(100, at(0), kTen), Millis(10'000));  // 200 per second over 10 s: 10 s too much
}

TEST(QuotaRate, WhatIsOlderThanAllWindowsIsForgotten) {
  WindowedRate rate;
  rate.record(1'000, at(0), kTen);
  EXPECT_FALSE(rate.forgotten(at(10'999), kTen));
  EXPECT_TRUE(rate.forgotten(at(11'000), kTen));
  EXPECT_DOUBLE_EQ(rate.rate(at(11'000), kTen), 0);
}

TEST(QuotaRate, SamplesGoRound) {
  WindowedRate rate;
  for (int second = 0; second < 100; ++second) rate.record(100, at(second * 1'000), kTen);
  EXPECT_NEAR(rate.rate(at(99'999), kTen), 100, 1);
}

TEST(QuotaBucket, HoldsABurstThenFillsAtItsRate) {
  TokenBucket bucket;
  EXPECT_DOUBLE_EQ(bucket.tokens(10, at(0), kTen), 110);
  bucket.take(160, 10, at(0), kTen);
  EXPECT_EQ(bucket.debt(10, at(0), kTen), Millis(5'000));
  EXPECT_EQ(bucket.debt(10, at(5'000), kTen), Millis(0));
  EXPECT_DOUBLE_EQ(bucket.tokens(10, at(60'000), kTen), 110);
}

TEST(QuotaLedger, OwnersDoNotShareAndRequestsPauseAtMostAWindow) {
  Ledger ledger(kTen, kTen);
  const Limit a{"a", 100}, b{"b", 100};
  EXPECT_EQ(ledger.use(Kind::produce, a, 2'000, at(0)), Millis(10'000));
  EXPECT_EQ(ledger.use(Kind::produce, b, 500, at(0)), Millis(0));
  EXPECT_EQ(ledger.use(Kind::fetch, a, 500, at(0)), Millis(0));
  EXPECT_EQ(ledger.use(Kind::request, a, 1e9, at(0)), Millis(1'000));
}

TEST(QuotaLedger, WhatIsRefusedIsNotCounted) {
  Ledger ledger(kTen, kTen);
  const Limit one{"ip", 1};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ledger.use_or_refuse(Kind::connection, one, 1, at(0)), Millis(0));
  for (int i = 0; i < 5; ++i) EXPECT_GT(ledger.use_or_refuse(Kind::connection, one, 1, at(0)), Millis(0));
  EXPECT_EQ(ledger.use_or_refuse(Kind::connection, one, 1, at(11'500)), Millis(0));
}

TEST(QuotaLedger, AStrictTakerIsRefusedOnlyWhenOverdrawn) {
  Ledger ledger(kTen, kTen);
  const Limit one{"u", 1};
  EXPECT_EQ(ledger.take(one, 20, true, at(0)), Millis(0));
  EXPECT_EQ(ledger.take(one, 1, true, at(0)), Millis(9'000));
  EXPECT_EQ(ledger.take(one, 1, false, at(0)), Millis(10'000));
}

TEST(QuotaLedger, OwnersWithoutUseAreForgotten) {
  Ledger ledger(kTen, kTen);
  for (int i = 0; i < 1'024; ++i) ledger.use(Kind::produce, {std::to_string(i), 1}, 1, at(0));
  ledger.use(Kind::produce, {"later", 1}, 1, at(60'000));
  EXPECT_EQ(ledger.size(), 1u);
}

}  // namespace
}  // namespace millrace::broker::quotas
