#include <algorithm>
#include <limits>
#include <utility>

#include "base/base64.h"
#include "base/uuid.h"
#include "protocol/json.h"
#include "protocol/json_default.h"
#include "protocol/limits.h"
#include "protocol/writer.h"

namespace millrace::protocol {

namespace {

// Writes what a JSON value describes. The first thing that is wrong with it stays in error(); what is written after
// that has no meaning.
class Builder {
 public:
  Builder(const MessageSchema& message, std::int16_t version) : message_(message), version_(version) {}

  const std::string& error() const { return error_; }

  void structure(Writer& out, std::int16_t number, const Json& value, const std::string& path) {
    if (!value.is_object()) return refuse(path, "must be an object");
    const auto fields = fields_of(number);
    check_names(fields, value, path);
    for (const FieldSchema& field : fields) {
      if (!field.versions.has(version_) || field.tag >= 0 || !error_.empty()) continue;
      const auto found = value.find(field.name);
      const std::string inner = path + std::string(field.name);
      if (found == value.end()) return refuse(inner, "is missing");
      write(out, field, *found, inner);
    }
    if (message_.flexible(version_)) tags(out, fields, value, path);
  }

 private:
  void refuse(const std::string& path, const std::string& why) {
    if (error_.empty()) error_ = (path.empty() ? std::string("the message") : path) + ": " + why;
  }

  void check_names(std::span<const FieldSchema> fields, const Json& value, const std::string& path) {
    for (const auto& [name, ignored] : value.items()) {
      bool known = false;
      for (const FieldSchema& field : fields) known = known || (field.name == name && field.versions.has(version_));
      if (!known) refuse(path + name, "no such field in version " + std::to_string(version_));
    }
  }

  void tags(Writer& out, std::span<const FieldSchema> fields, const Json& value, const std::string& path) {
    std::vector<const FieldSchema*> present;
    for (const FieldSchema& field : fields) {
      if (field.tag < 0 || !field.versions.has(version_)) continue;
      const auto found = value.find(field.name);
      if (found == value.end() || is_default_json(message_, version_, field, *found)) continue;
      present.push_back(&field);
    }
    std::sort(present.begin(), present.end(), [](auto* a, auto* b) { return a->tag < b->tag; });
    out.uvarint(static_cast<std::uint32_t>(present.size()));
    for (const FieldSchema* field : present) {
      const Json& inner = *value.find(field->name);
      out.tagged(static_cast<std::uint32_t>(field->tag),
                 [&](Writer& to) { write(to, *field, inner, path + std::string(field->name)); });
    }
  }

  void write(Writer& out, const FieldSchema& field, const Json& value, const std::string& path) {
    if (value.is_null() && !field.nullable.has(version_)) return refuse(path, "cannot be null");
    if (!field.array) return single(out, field, value, path);
    const bool compact = is_flexible(message_, version_, field);
    if (value.is_null()) return out.null(compact);
    if (!value.is_array()) return refuse(path, "must be an array");
    out.count(value.size(), compact);
    for (std::size_t i = 0; i < value.size() && error_.empty(); ++i) {
      single(out, field, value[i], path + "[" + std::to_string(i) + "]");
    }
  }

  void single(Writer& out, const FieldSchema& field, const Json& value, const std::string& path) {
    const bool compact = is_flexible(message_, version_, field);
    switch (field.type) {
      case FieldType::boolean:
        return value.is_boolean() ? out.boolean(value.get<bool>()) : refuse(path, "must be true or false");
      case FieldType::int8:
        return out.i8(integer<std::int8_t>(value, path));
      case FieldType::int16:
        return out.i16(integer<std::int16_t>(value, path));
      case FieldType::int32:
        return out.i32(integer<std::int32_t>(value, path));
      case FieldType::int64:
        return out.i64(integer<std::int64_t>(value, path));
      case FieldType::uint16:
        return out.u16(integer<std::uint16_t>(value, path));
      case FieldType::uint32:
        return out.u32(integer<std::uint32_t>(value, path));
      case FieldType::float64:
        return out.f64(number(value, path));
      case FieldType::uuid:
        return uuid(out, value, path);
      case FieldType::string:
        return text(out, value, compact, path);
      case FieldType::bytes:
      case FieldType::records:
        return coded(out, value, compact, path);
      case FieldType::structure:
        return inner(out, field, value, path);
    }
  }

  void inner(Writer& out, const FieldSchema& field, const Json& value, const std::string& path) {
    if (field.nullable.has(version_) && !field.array) {
      out.present(!value.is_null());
      if (value.is_null()) return;
    }
    structure(out, field.structure, value, path + ".");
  }

  template <typename T>
  T integer(const Json& value, const std::string& path) {
    const std::string range = "must be a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                              std::to_string(std::numeric_limits<T>::max());
    if (!value.is_number_integer()) {
      refuse(path, range);
      return 0;
    }
    const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                 : std::in_range<T>(value.get<std::int64_t>());
    if (!fits) refuse(path, range);
    return fits ? value.get<T>() : T{0};
  }

  double number(const Json& value, const std::string& path) {
    if (value.is_number()) return value.get<double>();
    if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (value == "Infinity") return std::numeric_limits<double>::infinity();
    if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
    refuse(path, "must be a number");
    return 0;
  }

  void uuid(Writer& out, const Json& value, const std::string& path) {
    if (!value.is_string()) return refuse(path, "must be a uuid in base64");
    const auto parsed = Uuid::parse(value.get_ref<const std::string&>());
    if (!parsed.ok()) return refuse(path, "must be 22 characters of URL-safe base64");
    out.uuid(*parsed);
  }

  void text(Writer& out, const Json& value, bool compact, const std::string& path) {
    if (value.is_null()) return out.string(std::nullopt, compact);
    if (!value.is_string()) return refuse(path, "must be a string");
    const auto& content = value.get_ref<const std::string&>();
    if (content.size() > kMaxStringBytes) {
      return refuse(path, "must have at most " + std::to_string(kMaxStringBytes) + " bytes");
    }
    out.string(std::string_view(content), compact);
  }

  void coded(Writer& out, const Json& value, bool compact, const std::string& path) {
    if (value.is_null()) return out.null(compact);
    if (!value.is_string()) return refuse(path, "must be bytes in base64");
    const auto parsed = parse_base64(value.get_ref<const std::string&>());
    if (!parsed.ok()) return refuse(path, "is not base64");
    out.bytes(Bytes(*parsed), compact);
  }

  const MessageSchema& message_;
  const std::int16_t version_;
  std::string error_;
};

}  // namespace

Result<std::vector<std::byte>, TextError> from_json(const MessageSchema& message, std::int16_t version,
                                                    std::string_view json) {
  if (!message.versions.has(version)) {
    return TextError{std::string(message.name) + " has no version " + std::to_string(version)};
  }
  const Json value = Json::parse(json, nullptr, false);
  if (value.is_discarded()) return TextError{"not JSON"};
  Builder builder(message, version);
  Writer counter;
  builder.structure(counter, message.root, value, "");
  if (!builder.error().empty()) return TextError{builder.error()};
  std::vector<std::byte> bytes(counter.size());
  Writer out(bytes);
  builder.structure(out, message.root, value, "");
  return bytes;
}

}  // namespace millrace::protocol
