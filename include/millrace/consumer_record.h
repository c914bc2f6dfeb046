#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/compression.h"
#include "millrace/export.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// One header of a received record. The bytes belong to the batch that the record came in.
struct HeaderView {
  std::string_view key;
  std::optional<std::string_view> value;
};

// Who has set a record's timestamp.
enum class TimestampType : std::uint8_t { create_time, log_append_time };

// A received record: views into the received bytes, valid as long as its ConsumerRecords lives. Any thread may read.
class MILLRACE_API ConsumerRecord {
 public:
  std::string_view topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;  // since 1970 UTC; -1 none
  TimestampType timestamp_type = TimestampType::create_time;
  Compression compression = Compression::none;  // of the batch that it came in
  bool transactional = false;                   // written in a transaction
  std::int16_t delivery_count = 0;              // of a share group: how often it was handed out, this time
                                                // included; else 0
  std::int16_t producer_epoch = -1;
  std::int64_t producer_id = -1;  // of an idempotent producer, with its epoch; -1 none
  std::optional<std::int32_t> leader_epoch;
  std::optional<std::string_view> key;    // none: null
  std::optional<std::string_view> value;  // none: null
  std::int32_t header_count = 0;
  // Reads the headers, in their order.
  std::vector<HeaderView> headers() const;

  // As they stand in the batch; for the library itself.
  std::string_view encoded_headers;
};

// What one poll brought: records of one partition in the order of their offsets, and the received bytes that they show.
// Move-only; a record's views die with it. One thread at a time, or any number that only read.
class MILLRACE_API ConsumerRecords {
 public:
  ConsumerRecords() = default;
  ConsumerRecords(ConsumerRecords&&) noexcept = default;
  ConsumerRecords& operator=(ConsumerRecords&&) noexcept = default;

  bool empty() const { return records_.empty(); }
  std::size_t size() const { return records_.size(); }
  const ConsumerRecord& operator[](std::size_t index) const { return records_[index]; }
  auto begin() const { return records_.begin(); }
  auto end() const { return records_.end(); }

  // Where to go on behind these records, by partition: what to commit when all of them are processed, by
  // Consumer::commit() or Producer::send_offsets_to_transaction() (KIP-1094). Markers of transactions that stand behind
  // the last record count as read.
  std::map<TopicPartition, OffsetAndMetadata> next_offsets() const;

  // For the library itself.
  void add(const ConsumerRecord& record) { records_.push_back(record); }
  void keep(std::shared_ptr<const void> memory) { memory_.push_back(std::move(memory)); }
  void reserve(std::size_t records) { records_.reserve(records); }
  std::vector<ConsumerRecord>& all() { return records_; }
  void go_on_at(std::shared_ptr<const std::string> topic, std::int32_t partition, std::int64_t offset,
                std::int32_t leader_epoch) {
    next_.push_back({std::move(topic), partition, offset, leader_epoch});
  }

 private:
  struct Next {
    std::shared_ptr<const std::string> topic;
    std::int32_t partition;
    std::int64_t offset;
    std::int32_t leader_epoch;
  };
  std::vector<ConsumerRecord> records_;
  std::vector<std::shared_ptr<const void>> memory_;
  std::vector<Next> next_;  // later ones count
};

}  // namespace millrace::client
