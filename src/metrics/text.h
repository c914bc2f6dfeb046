#pragma once

#include <string>

#include "metrics/sheet.h"

namespace millrace::metrics {

inline constexpr std::string_view kTextType = "text/plain; version=0.0.4; charset=utf-8";

// The sheet in Prometheus' text format, version 0.0.4: families by name, samples by labels. A summary shows the
// quantiles that Kafka's metrics have (in milliseconds), and NAME_count and NAME_sum.
std::string to_text(const Sheet& sheet);

}  // namespace millrace::metrics
