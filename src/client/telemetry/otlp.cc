#include "client/telemetry/otlp.h"

#include <string_view>

namespace millrace::client {
namespace {

// Numbers of OpenTelemetry's metrics.proto, version 1.
constexpr std::uint32_t kResourceMetrics = 1;       // of MetricsData
constexpr std::uint32_t kScopeMetrics = 2;          // of ResourceMetrics
constexpr std::uint32_t kScope = 1, kMetrics = 2;   // of ScopeMetrics
constexpr std::uint32_t kScopeName = 1;             // of InstrumentationScope
constexpr std::uint32_t kName = 1, kGauge = 5, kSum = 7;                    // of Metric
constexpr std::uint32_t kPoints = 1, kTemporality = 2, kMonotonic = 3;      // of Gauge and Sum
constexpr std::uint32_t kStart = 2, kTime = 3, kWhole = 6;                  // of NumberDataPoint
constexpr std::uint64_t kDelta = 1, kCumulative = 2;                        // of AggregationTemporality
constexpr std::uint32_t kVarint = 0, kFixed64 = 1, kBytes = 2;              // wire types
constexpr std::string_view kScopeText = "millrace";

void varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void key(std::string& out, std::uint32_t field, std::uint32_t type) { varint(out, std::uint64_t{field} << 3 | type); }

void bytes(std::string& out, std::uint32_t field, std::string_view value) {
  key(out, field, kBytes);
  varint(out, value.size());
  out += value;
}

void number(std::string& out, std::uint32_t field, std::uint64_t value) {
  key(out, field, kVarint);
  varint(out, value);
}

void fixed(std::string& out, std::uint32_t field, std::uint64_t value) {
  key(out, field, kFixed64);
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t nanos(WallTime time) { return static_cast<std::uint64_t>(time.value()) * 1'000'000; }

std::string message(const Metric& metric, WallTime since, WallTime now, bool delta) {
  std::string point;
  if (metric.total) fixed(point, kStart, nanos(since));
  fixed(point, kTime, nanos(now));
  fixed(point, kWhole, static_cast<std::uint64_t>(metric.value));
  std::string data;
  bytes(data, kPoints, point);
  if (metric.total) {
    number(data, kTemporality, delta ? kDelta : kCumulative);
    number(data, kMonotonic, 1);
  }
  std::string out;
  bytes(out, kName, metric.name);
  bytes(out, metric.total ? kSum : kGauge, data);
  return out;
}

}  // namespace

std::string otlp(const std::vector<Metric>& metrics, WallTime since, WallTime now, bool delta) {
  std::string scope;
  bytes(scope, kScopeName, kScopeText);
  std::string scoped;
  bytes(scoped, kScope, scope);
  for (const Metric& metric : metrics) bytes(scoped, kMetrics, message(metric, since, now, delta));
  std::string resource;
  bytes(resource, kScopeMetrics, scoped);
  std::string data;
  bytes(data, kResourceMetrics, resource);
  return data;
}

}  // namespace millrace::client
