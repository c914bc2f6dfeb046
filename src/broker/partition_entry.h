#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "broker/partition_table.h"

namespace millrace::broker {

// A partition as its table has it.
struct PartitionTable::Entry final : log::LogListener {
  enum class Log : std::uint8_t { opening, open, failed };

  Entry(ports::Shard& shard, NodeId self, replica::Partition::Identity identity, std::string log_dir,
        StorageListener& listener)
      : partition(shard, self, std::move(identity)),
        dir(std::move(log_dir)),
        directory(fmt::format("{}/{}-{}", dir, partition.identity().topic, partition.identity().index.value())),
        storage(listener) {}

  PartitionKey key() const { return {partition.identity().topic_id, partition.identity().index}; }

  void on_durable(Offset durable_end) override { partition.on_durable(durable_end); }
  void on_stalled(bool stalled) override { partition.on_stalled(stalled); }
  void on_broken() override {
    partition.on_broken();
    storage.on_storage_failed(dir);
  }

  replica::Partition partition;
  std::string dir;        // the log directory
  std::string directory;  // of the partition, in it
  StorageListener& storage;
  log::OpenHints hints;
  Log log = Log::opening;
  bool dir_failed = false;  // the log directory has failed since the log was opened
  bool dropped = false;  // the metadata no longer has it; it goes when its log is open
  std::string moving_to;  // the log directory that it is being copied to; empty: none
  metadata::PartitionImage wanted;
  std::int32_t min_isr = 1;
  std::deque<PartitionTable::Task> waiting;
};

}  // namespace millrace::broker
