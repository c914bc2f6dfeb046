#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::coordinator {

// Every bound of this layer.

// The largest batch that is appended: Kafka's default for max.message.bytes, which its own reader also expects. One
// event never spans batches, so an event with more is refused.
inline constexpr std::size_t kMaxBatchBytes = 1'048'588;
// What a record takes in a batch besides key and value, at most: lengths, attributes, deltas, no headers.
inline constexpr std::size_t kRecordOverheadBytes = 32;
// What is read at a time while loading, unless a setting says otherwise (offsets.load.buffer.size).
inline constexpr std::uint64_t kLoadBytes = 5'242'880;

}  // namespace millrace::coordinator
