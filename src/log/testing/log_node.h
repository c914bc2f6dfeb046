#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "log/partition_log.h"
#include "log/testing/fake_shard.h"
#include "record/batch_builder.h"

namespace millrace::log::testing {

inline constexpr std::string_view kDirectory = "data/orders-0";
inline constexpr Uuid kTopic{1, 2};

struct Listener final : LogListener {
  Offset durable{0};
  int broken = 0;
  bool stalled = false;
  void on_durable(Offset end) override {
    EXPECT_GT(end, durable);
    durable = end;
  }
  void on_broken() override { ++broken; }
  void on_stalled(bool now) override { stalled = now; }
};

inline Buffer batch(int records, std::string_view value = "v", WallTime first = WallTime(1000)) {
  record::BatchBuilder builder({});
  for (int i = 0; i < records; ++i) builder.add(first + i, as_bytes("k"), as_bytes(value));
  return builder.build();
}

// One batch of producer `id`, transactional unless told otherwise.
inline Buffer producer_batch(std::int64_t id, int sequence, int records, bool transactional = true) {
  record::BatchOptions options;
  options.producer_id = ProducerId(id);
  options.producer_epoch = ProducerEpoch(0);
  options.base_sequence = sequence;
  options.transactional = transactional;
  record::BatchBuilder builder(options);
  for (int i = 0; i < records; ++i) builder.add(WallTime(1000), as_bytes("k"), as_bytes("value"));
  return builder.build();
}

// The marker that ends its transaction.
inline Buffer marker(std::int64_t id, bool commit) {
  record::BatchOptions options;
  options.producer_id = ProducerId(id);
  options.producer_epoch = ProducerEpoch(0);
  options.transactional = options.control = true;
  record::BatchBuilder builder(options);
  const std::array<std::byte, 4> key{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{commit}};
  const std::array<std::byte, 6> value{std::byte{0}, std::byte{0}, std::byte{0},
                                       std::byte{0}, std::byte{0}, std::byte{7}};
  builder.add(WallTime(2000), Bytes(key), Bytes(value));
  return builder.build();
}

// One node's worth of log over a disk that outlives it.
struct Node {
  explicit Node(FakeDisk& disk_in, LogOptions options_in = {}) : disk(disk_in), options(options_in) {
    if (disk.exists("data")) return;
    EXPECT_TRUE(disk.create_directory("data").ok() && disk.sync_directory(".").ok());
  }
  // Opens the log; on an error `log` stays empty and the error is in `error`.
  Node& open(const OpenHints& hints = {}) {
    PartitionLog::open(shard.ports(), *committer, std::string(kDirectory), kTopic, options, listener,
                       [this](Result<std::unique_ptr<PartitionLog>> result) {
                         if (result) {
                           log = std::move(*result);
                           listener.durable = log->durable_end();
                         } else {
                           error = result.error();
                         }
                       },
                       hints);
    shard.run();
    return *this;
  }
  Status close() {
    std::optional<Status> closed;
    log->close([&](Status status) { closed = status; });
    shard.run();
    EXPECT_TRUE(closed.has_value());
    log.reset();
    return closed.value_or(Error::would_block);
  }
  Result<AppendResult> append(int records, std::string_view value = "v") {
    return log->append(batch(records, value), LeaderEpoch(3));
  }
  // The bytes of a plan, file ranges read from the disk.
  std::string read(Offset from, Offset upto, std::uint64_t max = 1 << 20, bool one = true) {
    auto plan = log->read(from, upto, max, one);
    for (int tries = 0; tries < 8 && !plan && plan.error() == Error::would_block; ++tries) {
      if (shard.hold_jobs || shard.cold) break;
      log->when_readable([] {});
      shard.run();
      plan = log->read(from, upto, max, one);
    }
    if (!plan) return std::string("error: ") + to_string(plan.error());
    std::string bytes;
    for (const auto& piece : plan->pieces) {
      if (!piece.file) {
        bytes += as_text(piece.memory.bytes());
        continue;
      }
      std::string part(piece.length, '\0');
      const auto got = piece.file->read_cached(piece.position, std::as_writable_bytes(std::span(part)));
      EXPECT_TRUE(got.ok() && *got == piece.length);
      bytes += part;
    }
    EXPECT_EQ(bytes.size(), plan->size);
    return bytes;
  }
  // "0-2 3-3": first and last offset of each batch of a read.
  std::string offsets(Offset from, Offset upto, std::uint64_t max = 1 << 20, bool one = true) {
    const std::string bytes = read(from, upto, max, one);
    if (bytes.starts_with("error")) return bytes;
    std::string text;
    for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
      EXPECT_TRUE(walk.batch().crc_ok());
      text += (text.empty() ? "" : " ") + std::to_string(walk.batch().base_offset().value()) + "-" +
              std::to_string(walk.batch().last_offset().value());
    }
    return text;
  }
  std::string path(std::string_view name) const { return std::string(kDirectory) + "/" + std::string(name); }

  FakeDisk& disk;
  LogOptions options;
  FakeShard shard{disk};
  std::unique_ptr<Committer> committer = Committer::create(shard.ports(), 0, true);
  Listener listener;
  std::unique_ptr<PartitionLog> log;
  Error error = Error::none;
};

inline LogOptions segments_of(std::uint64_t bytes) {
  LogOptions options;
  options.segment_bytes = ByteCount(bytes);
  return options;
}

}  // namespace millrace::log::testing
