#include "broker/monitor/client_metrics.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "broker/monitor/otlp.h"
#include "metrics/text.h"

namespace millrace::broker {
namespace {

constexpr WallTime kNow{1'700'000'000'000};

// Protobuf by hand: lengths here are below 128.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
std::string fixed(int number, std::uint64_t value) {
  std::string out{static_cast<char>(number << 3 | 1)};
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}
std::string attribute(const std::string& name, const std::string& value) {
  return field(7, field(1, name) + field(2, field(1, value)));
}
std::string message(const std::string& metric) { return field(1, field(2, field(2, metric))); }

std::string gauge(const std::string& name, double value, const std::string& more = "") {
  return message(field(1, name) + field(5, field(1, fixed(4, std::bit_cast<std::uint64_t>(value)) + more)));
}
std::string sum(const std::string& name, std::uint64_t value, char temporality) {
  return message(field(1, name) + field(7, field(1, fixed(6, value)) + std::string{2 << 3, temporality}));
}

class ClientMetricsTest : public ::testing::Test {
 protected:
  bool push(const std::string& message, bool terminating = false) {
    return metrics_.take({client_, terminating, as_bytes(message), kNow});
  }
  std::string shown(WallTime now = kNow) {
    metrics::Sheet sheet;
    metrics_.collect(sheet, now);
    const std::string text = metrics::to_text(sheet);
    const auto begin = text.find("metric=\"");
    return begin == std::string::npos ? "" : text.substr(begin);
  }

  TelemetryClient client_{Uuid{1, 2}, "c", "java", "4.3.1", "10.0.0.1", 1};
  ClientMetrics metrics_{3};
};

TEST_F(ClientMetricsTest, GaugesShowTheirLastValueWithTheirAttributes) {
  EXPECT_TRUE(push(gauge("a.rate", 1.5, attribute("topic", "t"))));
  EXPECT_TRUE(push(gauge("a.rate", 2.5, attribute("topic", "t"))));
  EXPECT_EQ(shown(), "metric=\"a.rate\",tags=\"topic=t\"} 2.5\n");
}

TEST_F(ClientMetricsTest, DeltasAddUpAndTotalsReplace) {
  push(sum("d", 5, 1));
  push(sum("d", 6, 1));
  EXPECT_EQ(shown(), "metric=\"d\",tags=\"\"} 11\n");
  metrics_.forget(client_.instance);
  push(sum("d", 5, 2));
  push(sum("d", 6, 2));
  EXPECT_EQ(shown(), "metric=\"d\",tags=\"\"} 6\n");
}

TEST_F(ClientMetricsTest, WhoHasSaidTheLastWordOrNothingForLongIsGone) {
  push(gauge("a", 1));
  EXPECT_NE(shown(), "");
  EXPECT_EQ(shown(kNow + 3'600'001), "");
  push(gauge("a", 1), true);
  EXPECT_EQ(shown(), "");
}

TEST_F(ClientMetricsTest, NoMoreIsKeptThanMayBe) {
  for (const auto* name : {"a", "b", "c", "d", "e"}) push(gauge(name, 1));
  metrics::Sheet sheet;
  metrics_.collect(sheet, kNow);
  ASSERT_EQ(sheet.values().size(), 1u);
  EXPECT_EQ(sheet.values().begin()->second.by_labels.size(), 3u);
}

TEST_F(ClientMetricsTest, EveryPieceOfAMessageIsRefusedOrRead) {
  const std::string whole = gauge("a.rate", 1.5, attribute("topic", "t"));
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(push(whole.substr(0, size))) << size;
  EXPECT_FALSE(push("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
  EXPECT_TRUE(push(""));
}

}  // namespace
}  // namespace millrace::broker
