#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::record {

// Every bound of this layer.

// The largest batch that is ever looked at, in bytes: Kafka's sizes are signed 32-bit numbers.
inline constexpr std::uint64_t kMaxBatchBytes = 0x7fffffff;
// The most bytes that the records of one batch may have after decompression. A batch that a client may send
// (max.message.bytes, 1 MiB by default) and that decompresses to more than this is refused.
inline constexpr std::size_t kMaxDecompressedBytes = 256u << 20;
// ... and how many times larger than the compressed bytes they may be, once they exceed kRatioFreeBytes. Zeros reach
// about 1,000 with gzip and far more with zstd, which is why a small absolute amount is always allowed.
inline constexpr std::size_t kMaxDecompressionRatio = 4096;
inline constexpr std::size_t kRatioFreeBytes = 16u << 20;
// Steps in which scratch memory for decompression grows: memory follows what really comes out, not what a header
// claims.
inline constexpr std::size_t kScratchStepBytes = 64u << 10;
// What validation costs beside decompression, in bytes decompressed: as many plain bytes are checked, and as few are
// compressed, in the time of one.
inline constexpr std::size_t kPlainBytesPerEffort = 4;
inline constexpr std::size_t kEffortPerCompressedByte = 4;
// Records that a validation error lists one by one; the rest is only counted.
inline constexpr std::size_t kMaxRecordErrors = 100;

static_assert(kRatioFreeBytes <= kMaxDecompressedBytes);
static_assert(kScratchStepBytes <= kRatioFreeBytes);

}  // namespace millrace::record
