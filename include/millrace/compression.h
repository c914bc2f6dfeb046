#pragma once

#include <cstdint>

namespace millrace::client {

// How the records of a batch are compressed.
enum class Compression : std::uint8_t { none, gzip, snappy, lz4, zstd };

}  // namespace millrace::client
