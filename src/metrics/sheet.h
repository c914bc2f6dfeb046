#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram.h"

namespace millrace::metrics {

enum class Kind : std::uint8_t { counter, gauge, summary };

// A metric by name; a constant of the program.
struct Family {
  std::string_view name;  // Prometheus' characters only; a counter's ends in _total
  Kind kind;
  std::string_view help;  // one line
};

// Names with values, in the order in which they are shown.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

// The quantiles of a summary, and what Kafka's metrics of that kind have beside them.
struct Summary {
  Distribution recent;       // in microseconds
  std::uint64_t count = 0;   // ever
  double sum_ms = 0;         // ever
};

// Samples at one moment. Filled in on one shard, added up on another: a plain value.
class Sheet {
 public:
  // Adds `value` to the sample of these labels. The family must outlive the sheet.
  void add(const Family& family, Labels labels, double value);
  void add(const Family& family, double value) { add(family, {}, value); }
  // Adds the durations that `histogram` has seen.
  void add(const Family& family, Labels labels, const Histogram& histogram, MonoTime now);
  // Adds every sample of `other`.
  void add(const Sheet& other);

  // The samples of one family.
  template <typename T>
  struct Samples {
    const Family* family = nullptr;
    std::map<Labels, T> by_labels;
  };
  template <typename T>
  using ByName = std::map<std::string_view, Samples<T>>;
  const ByName<double>& values() const { return values_; }
  const ByName<Summary>& summaries() const { return summaries_; }

 private:
  ByName<double> values_;
  ByName<Summary> summaries_;
};

}  // namespace millrace::metrics
