#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::broker {

// One number that a client has measured.
struct MeasuredPoint {
  std::string metric;  // its name: "org.apache.kafka.producer.record.send.rate"
  std::string tags;    // its attributes as "name=value", with commas between them, in the order in which they came
  double value = 0;
  bool delta = false;  // what has been added since the last push, rather than the whole
};

// The numbers in a MetricsData message of OpenTelemetry's metrics protocol (version 1, protobuf): points of gauges and
// sums; of a histogram its sum and count under the names NAME.sum and NAME.count. What else there is is skipped. At
// most `max_points`. Error::corrupt: the bytes are no such message. Any thread.
Result<std::vector<MeasuredPoint>> read_otlp(Bytes message, std::size_t max_points);

}  // namespace millrace::broker
