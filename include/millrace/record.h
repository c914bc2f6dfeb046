#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "millrace/result.h"

namespace millrace::client {

// A header of a record: a name, which may occur several times, and bytes or nothing.
struct Header {
  std::string key;
  std::optional<std::string> value;
  friend bool operator==(const Header&, const Header&) = default;
};
using Headers = std::vector<Header>;

// A record to be sent. Keys and values are bytes; std::string holds any. Move it into send(): nothing is copied.
struct Record {
  std::string topic;
  std::optional<std::int32_t> partition;  // none: the partitioner chooses
  std::optional<std::string> key;         // none: null
  std::optional<std::string> value;       // none: null, which deletes the key in a compacted topic
  Headers headers;
  std::optional<std::int64_t> timestamp_ms;  // since 1970 UTC; none: now
};

// Where a record was written.
struct RecordMetadata {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;        // -1 with acks=0
  std::int64_t timestamp_ms = -1;  // of the record as stored: the broker's own time for LogAppendTime topics
};

// Told what became of a record: where it was written, or why not. On the client's own thread (on the sending one for a
// record that is refused at once); must not wait. What it throws is told by a line of the log.
using DeliveryCallback = std::function<void(const Result<RecordMetadata>&)>;

}  // namespace millrace::client
