#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "millrace/export.h"

namespace millrace::client {

// One partition of a topic.
struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
};

// A position in a partition: the next record to read, as it is committed.
struct OffsetAndMetadata {
  std::int64_t offset = -1;
  std::optional<std::int32_t> leader_epoch;  // of the record before it; lets a broker notice a cut log (KIP-320)
  std::string metadata;                      // any text of the program's
  friend bool operator==(const OffsetAndMetadata&, const OffsetAndMetadata&) = default;
};

// The id that a topic keeps for its life: another topic of the same name has another id. Zero: none.
struct MILLRACE_API TopicId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const TopicId&, const TopicId&) = default;
  friend bool operator==(const TopicId&, const TopicId&) = default;
  bool is_zero() const { return high == 0 && low == 0; }
  std::string text() const;  // 22 characters of URL-safe base64, as Kafka prints it
  // Reads text(); nothing if it is none.
  static std::optional<TopicId> parse(const std::string& text);
};

// A broker or controller, as the cluster tells its clients.
struct Node {
  std::int32_t id = -1;
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> rack;
  bool fenced = false;  // not part of the cluster's work now; only describe_cluster() tells
  friend bool operator==(const Node&, const Node&) = default;
};

}  // namespace millrace::client
