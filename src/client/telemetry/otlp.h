#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace millrace::client {

// One number that a client tells of itself. Totals only grow; the others are as they are now.
struct Metric {
  std::string name;  // "org.apache.kafka.producer.record.send.total"
  std::int64_t value = 0;
  bool total = true;
};

// The metrics as OpenTelemetry's MetricsData in protobuf, which is what brokers take (KIP-714). `since`: when totals
// began to be counted; `delta`: they are differences since then, not totals.
std::string otlp(const std::vector<Metric>& metrics, WallTime since, WallTime now, bool delta);

}  // namespace millrace::client
