#pragma once

#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "millrace/topic_partition.h"

namespace millrace::cli {

// Partitions by expressions of topics and ranges of numbers, as kafka-get-offsets takes them. A plain value.
class PartitionFilter {
 public:
  // "orders:0-2,a.*": the range's end does not belong to it; "TOPIC:-N" and "TOPIC:N-" are open.
  static Result<PartitionFilter, std::string> parse(const std::string& text);
  // All topics that match `topics` (empty: all), and of them the partitions of a list of numbers and ranges (empty:
  // all).
  static Result<PartitionFilter, std::string> of_topics(const std::string& topics, const std::string& partitions);

  bool may_include(const std::string& topic) const;
  bool includes(const client::TopicPartition& partition) const;

 private:
  struct Rule {
    std::string topics;  // an expression; empty: all
    std::int32_t from = 0;
    std::int32_t to = std::numeric_limits<std::int32_t>::max();  // excluded
  };
  static Result<Rule, std::string> range(const std::string& topics, const std::string& text);
  std::vector<Rule> rules_;
};

}  // namespace millrace::cli
