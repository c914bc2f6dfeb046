#pragma once

#include <cstddef>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "protocol/schema.h"

namespace millrace::protocol {

using Json = nlohmann::ordered_json;

// The default of a field as JSON, of a structure with the fields that `version` prints by default.
Json default_json(const MessageSchema& message, std::int16_t version, const FieldSchema& field);

// Whether `value` says the same as the default, whatever the order of its fields.
bool is_default_json(const MessageSchema& message, std::int16_t version, const FieldSchema& field, const Json& value);

// The fewest bytes that one element of the array `field` takes.
std::size_t least_element(const MessageSchema& message, std::int16_t version, const FieldSchema& field);

// Whether lengths of this field are compact.
inline bool is_flexible(const MessageSchema& message, std::int16_t version, const FieldSchema& field) {
  return message.flexible(version) && !field.classic;
}

}  // namespace millrace::protocol
