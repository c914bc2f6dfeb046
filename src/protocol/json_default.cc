#include "protocol/json_default.h"

#include <charconv>

#include "base/uuid.h"

namespace millrace::protocol {

namespace {

std::int64_t default_number(std::string_view text) {
  std::int64_t value = 0;
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  return value;
}

Json default_struct(const MessageSchema& message, std::int16_t version, std::int16_t structure) {
  Json value = Json::object();
  for (const FieldSchema& field : fields_of(structure)) {
    if (field.versions.has(version) && field.tag < 0) value[field.name] = default_json(message, version, field);
  }
  return value;
}

std::size_t least_struct(const MessageSchema& message, std::int16_t version, std::int16_t structure);

// The fewest bytes of one value that is neither null nor an array.
std::size_t least_value(const MessageSchema& message, std::int16_t version, const FieldSchema& field) {
  const bool compact = is_flexible(message, version, field);
  switch (field.type) {
    case FieldType::boolean:
    case FieldType::int8:
      return 1;
    case FieldType::int16:
    case FieldType::uint16:
      return 2;
    case FieldType::int32:
    case FieldType::uint32:
      return 4;
    case FieldType::int64:
    case FieldType::float64:
      return 8;
    case FieldType::uuid:
      return 16;
    case FieldType::string:
      return compact ? 1 : 2;
    case FieldType::bytes:
    case FieldType::records:
      return compact ? 1 : 4;
    case FieldType::structure:
      return least_struct(message, version, field.structure);
  }
  return 0;
}

std::size_t least_struct(const MessageSchema& message, std::int16_t version, std::int16_t structure) {
  std::size_t size = message.flexible(version) ? 1 : 0;
  for (const FieldSchema& field : fields_of(structure)) {
    if (!field.versions.has(version) || field.tag >= 0) continue;
    if (field.array) {
      size += is_flexible(message, version, field) ? 1 : 4;
    } else if (field.type == FieldType::structure && field.nullable.has(version)) {
      size += 1;
    } else {
      size += least_value(message, version, field);
    }
  }
  return size;
}

}  // namespace

Json default_json(const MessageSchema& message, std::int16_t version, const FieldSchema& field) {
  if (field.default_value == "null") return nullptr;
  if (field.array) return Json::array();
  switch (field.type) {
    case FieldType::boolean:
      return field.default_value == "true";
    case FieldType::float64:
      return 0.0;
    case FieldType::uuid:
      return Uuid{}.text();
    case FieldType::string:
      return std::string(field.default_value);
    case FieldType::bytes:
      return "";
    case FieldType::records:
      return nullptr;
    case FieldType::structure:
      return default_struct(message, version, field.structure);
    default:
      return default_number(field.default_value);
  }
}

bool is_default_json(const MessageSchema& message, std::int16_t version, const FieldSchema& field, const Json& value) {
  return nlohmann::json(value) == nlohmann::json(default_json(message, version, field));
}

std::size_t least_element(const MessageSchema& message, std::int16_t version, const FieldSchema& field) {
  return least_value(message, version, field);
}

}  // namespace millrace::protocol
