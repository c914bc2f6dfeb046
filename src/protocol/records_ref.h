#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace millrace::protocol {

// The record batches of one partition in a response: bytes in memory, then bytes that the sender keeps elsewhere (a
// range of a file), of which only the size matters here. `external_id` is the sender's own name for them and comes
// back in the Piece that stands for them. Decoding gives bytes in memory only.
struct RecordsRef {
  Bytes in_memory{};
  std::uint64_t external_size = 0;
  std::uint32_t external_id = 0;

  RecordsRef() = default;
  RecordsRef(Bytes bytes) : in_memory(bytes) {}
  // Batches that are not in memory.
  static RecordsRef external(std::uint32_t id, std::uint64_t size) {
    RecordsRef ref;
    ref.external_id = id;
    ref.external_size = size;
    return ref;
  }
  std::uint64_t size() const { return in_memory.size() + external_size; }
};

// One part of a message that is sent as a gather list: bytes that somebody keeps alive, or, where `external_size` is
// not 0, that many bytes which the sender finds under `external_id`.
struct Piece {
  Bytes bytes{};
  std::uint64_t external_size = 0;
  std::uint32_t external_id = 0;

  std::uint64_t size() const { return bytes.size() + external_size; }
};

}  // namespace millrace::protocol
