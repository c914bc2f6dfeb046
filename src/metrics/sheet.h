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

// A metric by name; a constant of the program, known by its address.
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

  struct ByName {
    bool operator()(const Family* a, const Family* b) const { return a->name < b->name; }
  };
  using Values = std::map<Labels, double>;
  using Summaries = std::map<Labels, Summary>;
  const std::map<const Family*, Values, ByName>& values() const { return values_; }
  const std::map<const Family*, Summaries, ByName>& summaries() const { return summaries_; }

 private:
  std::map<const Family*, Values, ByName> values_;
  std::map<const Family*, Summaries, ByName> summaries_;
};

}  // namespace millrace::metrics
