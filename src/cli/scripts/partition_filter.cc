#include "cli/scripts/partition_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"
#include "cli/scripts/script.h"

namespace millrace::cli {

Result<PartitionFilter::Rule, std::string> PartitionFilter::range(const std::string& topics, const std::string& text) {
  Rule rule;
  rule.topics = topics;
  if (text.empty()) return rule;
  const std::size_t dash = text.find('-');
  const std::string from = text.substr(0, dash);
  const std::string to = dash == std::string::npos ? "" : text.substr(dash + 1);
  const auto from_number = whole_number(from.empty() ? "0" : from);
  const auto to_number = whole_number(to.empty() ? "2147483647" : to);
  if (!from_number || !to_number || *from_number < 0 || *to_number < 0) {
    return fmt::format("Invalid rule specification: {}:{}", topics, text);
  }
  rule.from = static_cast<std::int32_t>(*from_number);
  rule.to = dash == std::string::npos ? rule.from + 1 : static_cast<std::int32_t>(*to_number);
  return rule;
}

Result<PartitionFilter, std::string> PartitionFilter::parse(const std::string& text) {
  PartitionFilter filter;
  auto parts = split_list(text);
  if (parts.empty()) parts.emplace_back();
  for (const std::string& part : parts) {
    const std::size_t colon = part.rfind(':');
    auto rule = range(part.substr(0, colon), colon == std::string::npos ? "" : part.substr(colon + 1));
    if (!rule) return rule.error();
    filter.rules_.push_back(std::move(*rule));
  }
  return filter;
}

Result<PartitionFilter, std::string> PartitionFilter::of_topics(const std::string& topics,
                                                                const std::string& partitions) {
  PartitionFilter filter;
  auto parts = split_list(partitions);
  if (parts.empty()) parts.emplace_back();
  for (const std::string& part : parts) {
    if (!part.empty() && !whole_number(part)) {
      return fmt::format("--partitions expects a comma separated list of numeric partition ids, but received: {}",
                         partitions);
    }
    auto rule = range(topics, part);
    if (!rule) return rule.error();
    filter.rules_.push_back(std::move(*rule));
  }
  return filter;
}

bool PartitionFilter::may_include(const std::string& topic) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.topics.empty() || included(rule.topics, topic);
  });
}

bool PartitionFilter::includes(const client::TopicPartition& partition) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return (rule.topics.empty() || included(rule.topics, partition.topic)) && partition.partition >= rule.from &&
           partition.partition < rule.to;
  });
}

}  // namespace millrace::cli
