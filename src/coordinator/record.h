#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace millrace::coordinator {

// One record of a coordinator's partition: a key (two bytes of type, then the key's message) and a value (two bytes of
// version, then the value's message), or no value for a tombstone.
struct Record {
  Buffer key;
  std::optional<Buffer> value;

  std::size_t size() const { return key.size() + (value ? value->size() : 0); }
};

// A record while it is replayed; the bytes belong to whoever replays.
struct RecordView {
  Bytes key;
  std::optional<Bytes> value;
};

// Counts the events of one coordinator partition since it was loaded: every event that writes takes the next number.
// What is read while loading counts as number 0.
using EventNumber = std::uint64_t;

}  // namespace millrace::coordinator
