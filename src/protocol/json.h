#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/schema.h"

// Messages as JSON, for tools and tests: not fast, but for every message and version, by walking its definition.
//
// The form is that of Kafka's own tools. Fields that the version does not have are absent, and so are tagged fields
// with their default; numbers are numbers (a float64 that is none is "NaN", "Infinity" or "-Infinity"), uuids 22
// characters of URL-safe base64, bytes are base64, null is null. Record batches are "" whatever they hold, unless
// base64 is asked for. Bytes of a string that are not UTF-8 print as U+FFFD.
namespace millrace::protocol {

// One line for people: what is wrong, and where in the message ("topics[2].name: ...").
struct TextError {
  std::string text;
};

enum class RecordsAs : bool { empty_text, base64 };

struct JsonText {
  std::string json;         // in one line, fields in the order of the definition
  std::size_t bytes_left;   // behind the message; no error, as Kafka ignores them
};

// Prints the body of `message` in `version` that `bytes` begins with.
Result<JsonText, TextError> to_json(const MessageSchema& message, std::int16_t version, Bytes bytes,
                                    RecordsAs records = RecordsAs::empty_text);

// The body of `message` in `version` that `json` describes; record batches are taken as base64. Tagged fields may be
// absent, others may not; a name that the version does not have, a number out of range or a value of another type is an
// error.
Result<std::vector<std::byte>, TextError> from_json(const MessageSchema& message, std::int16_t version,
                                                    std::string_view json);

}  // namespace millrace::protocol
