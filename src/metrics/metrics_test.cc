#include <gtest/gtest.h>

#include "metrics/histogram.h"
#include "metrics/sheet.h"
#include "metrics/text.h"

namespace millrace::metrics {
namespace {

constexpr Family kBytes{"kafka_bytes_total", Kind::counter, "Bytes."};
constexpr Family kSize{"kafka_size", Kind::gauge, "Size."};
constexpr Family kTime{"kafka_time", Kind::summary, "Time."};

double value_of(const Sheet& sheet, const std::string& topic) {
  return sheet.values().at(kBytes.name).by_labels.at({{"topic", topic}});
}

TEST(Distribution, QuantileIsAtMostOneStepOff) {
  Distribution seen;
  for (std::uint64_t value = 1; value <= 100'000; ++value) seen.add(value);
  for (const double share : {0.01, 0.5, 0.95, 0.99, 0.999, 1.0}) {
    const double exact = share * 100'000;
    const auto found = static_cast<double>(seen.quantile(share));
    EXPECT_GE(found, exact);
    EXPECT_LE(found, exact * (1 + 1.0 / 16) + 1);
  }
}

TEST(Distribution, HoldsTheSmallestAndTheLargestValue) {
  Distribution seen;
  seen.add(0);
  EXPECT_EQ(seen.quantile(1), 0U);
  seen.add(UINT64_MAX);
  EXPECT_EQ(seen.quantile(1), Distribution::kLargest);
  EXPECT_EQ(Distribution().quantile(0.5), 0U);
}

TEST(Histogram, ForgetsOldDurationsButNotTheirCount) {
  Histogram times;
  MonoTime now(0);
  times.record(Nanos(5'000'000), now);
  EXPECT_EQ(times.recent(now).count(), 1U);
  now = now + Millis(61'000);
  times.record(Nanos(1'000'000), now);
  EXPECT_EQ(times.recent(now).count(), 2U);
  now = now + Millis(121'000);
  EXPECT_EQ(times.recent(now).count(), 0U);
  EXPECT_EQ(times.count(), 2U);
  EXPECT_EQ(times.sum(), Nanos(6'000'000));
}

TEST(Sheet, AddsUpWhatShardsHaveCounted) {
  Sheet one;
  Sheet other;
  one.add(kBytes, {{"topic", "a"}}, 2);
  other.add(kBytes, {{"topic", "a"}}, 3);
  other.add(kBytes, {{"topic", "b"}}, 1);
  Histogram times;
  times.record(Nanos(2'000'000), MonoTime(0));
  one.add(kTime, {}, times, MonoTime(0));
  other.add(kTime, {}, times, MonoTime(0));
  one.add(other);
  EXPECT_EQ(value_of(one, "a"), 5);
  EXPECT_EQ(value_of(one, "b"), 1);
  EXPECT_EQ(one.summaries().at(kTime.name).by_labels.at({}).count, 2U);
}

TEST(Text, IsPrometheusText) {
  Sheet sheet;
  sheet.add(kSize, 1.5);
  sheet.add(kBytes, {{"topic", "a\"b\\c\n"}, {"partition", "0"}}, 7);
  Histogram times;
  for (int i = 0; i < 100; ++i) times.record(Nanos(10'000), MonoTime(0));
  sheet.add(kTime, {{"request", "Produce"}}, times, MonoTime(0));
  EXPECT_EQ(to_text(sheet),
            "# HELP kafka_bytes_total Bytes.\n"
            "# TYPE kafka_bytes_total counter\n"
            "kafka_bytes_total{topic=\"a\\\"b\\\\c\\n\",partition=\"0\"} 7\n"
            "# HELP kafka_size Size.\n"
            "# TYPE kafka_size gauge\n"
            "kafka_size 1.5\n"
            "# HELP kafka_time Time.\n"
            "# TYPE kafka_time summary\n"
            "kafka_time{request=\"Produce\",quantile=\"0.50\"} 0.01\n"
            "kafka_time{request=\"Produce\",quantile=\"0.75\"} 0.01\n"
            "kafka_time{request=\"Produce\",quantile=\"0.95\"} 0.01\n"
            "kafka_time{request=\"Produce\",quantile=\"0.98\"} 0.01\n"
            "kafka_time{request=\"Produce\",quantile=\"0.99\"} 0.01\n"
            "kafka_time{request=\"Produce\",quantile=\"0.999\"} 0.01\n"
            "kafka_time_count{request=\"Produce\"} 100\n"
            "kafka_time_sum{request=\"Produce\"} 1\n");
}

}  // namespace
}  // namespace millrace::metrics
