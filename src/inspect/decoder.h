#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace millrace::inspect {

// What the records of a log are, beyond bytes.
enum class Decoder { text, offsets, transactions, cluster_metadata, share_state, remote_metadata };

// The decoder for a partition's directory: those of Kafka's own topics and of the metadata log; text for others.
Decoder decoder_of(std::string_view directory_name);

// A record's key and value as `Decoder` reads them: JSON, or a sentence why not. Nothing: not printed.
struct Decoded {
  struct Part {
    std::string text;
    bool is_json = false;
  };
  std::optional<Part> key;
  std::optional<Part> value;
};
// Precondition: not Decoder::text.
Decoded decode_record(Decoder decoder, Offset offset, std::optional<Bytes> key, std::optional<Bytes> value);

// A record of a coordinator's log, its parts as JSON.
struct CoordinatorRecord {
  struct Value {
    std::int16_t version = 0;
    std::string json;
  };
  std::string_view name;  // of the key's message: "OffsetCommitKey"
  std::int16_t type = 0;
  std::string key;
  std::optional<Value> value;  // none: a tombstone
};
// Why there is none: a sentence, or a type that no coordinator writes.
struct Unreadable {
  std::string text;
  std::optional<std::int16_t> unknown_type;
};
// Precondition: Decoder::offsets, transactions or share_state.
Result<CoordinatorRecord, Unreadable> read_coordinator_record(Decoder decoder, std::optional<Bytes> key,
                                                             std::optional<Bytes> value);

// What a control record says, for a line: its name, what stands behind that, and its JSON or words.
struct ControlText {
  std::string name;
  std::string glue;
  std::string text;
  bool is_json = false;
  std::optional<std::int32_t> coordinator_epoch;  // of the end of a transaction
};
// Error::corrupt for a key without a type or a value that is not what the type demands.
Result<ControlText> decode_control(std::optional<Bytes> key, std::optional<Bytes> value);

}  // namespace millrace::inspect
