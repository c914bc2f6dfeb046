#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::metadata {

// No topic may have more partitions, whoever wrote the record: a bound against damage, far above what runs anywhere.
inline constexpr std::int32_t kMaxPartitionsPerTopic = 1'000'000;

// The largest bootstrap.checkpoint and the largest snapshot that are read into memory, in bytes.
inline constexpr std::size_t kMaxBootstrapBytes = 16u << 20;
inline constexpr std::size_t kMaxSnapshotBytes = 1u << 30;

// How many bytes of records a batch of the metadata log holds at most: as Kafka's.
inline constexpr std::size_t kMaxBatchBytes = 8u << 20;

// And a batch of a snapshot, unless one record is larger: what writing one keeps in memory.
inline constexpr std::size_t kSnapshotBatchBytes = 1u << 20;
static_assert(kSnapshotBatchBytes <= kMaxBatchBytes);

}  // namespace millrace::metadata
