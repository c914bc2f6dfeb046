#include <cmath>

#include "base/base64.h"
#include "base/uuid.h"
#include "protocol/json.h"
#include "protocol/json_default.h"
#include "protocol/reader.h"

namespace millrace::protocol {

namespace {

class Printer {
 public:
  Printer(const MessageSchema& message, std::int16_t version, RecordsAs records, Reader& in)
      : message_(message), version_(version), records_(records), in_(in) {}

  Json structure(std::int16_t number) {
    Json out = Json::object();
    const auto fields = fields_of(number);
    for (const FieldSchema& field : fields) {
      if (!field.versions.has(version_) || field.tag >= 0) continue;
      out[field.name] = value(field);
      if (!in_.ok()) return out;
    }
    if (message_.flexible(version_)) tags(fields, out);
    return out;
  }

 private:
  void tags(std::span<const FieldSchema> fields, Json& out) {
    for (Tags tags(in_); tags.next();) {
      const FieldSchema* known = nullptr;
      for (const FieldSchema& field : fields) {
        if (field.tag >= 0 && static_cast<std::uint32_t>(field.tag) == tags.tag()) known = &field;
      }
      if (known == nullptr) {
        tags.skip();
        continue;
      }
      if (!known->versions.has(version_)) return in_.fail(Error::corrupt);
      Json read = value(*known);
      if (!in_.ok()) return;
      if (is_default_json(message_, version_, *known, read)) {
        out.erase(known->name);
      } else {
        out[known->name] = std::move(read);
      }
    }
  }

  Json value(const FieldSchema& field) {
    if (!field.array) return single(field, field.nullable.has(version_));
    const bool compact = is_flexible(message_, version_, field);
    const std::size_t least = least_element(message_, version_, field);
    std::size_t left = 0;
    if (field.nullable.has(version_)) {
      const auto count = in_.nullable_count(compact, least);
      if (!count) return nullptr;
      left = *count;
    } else {
      left = in_.count(compact, least);
    }
    Json all = Json::array();
    for (; left > 0 && in_.ok(); --left) all.push_back(single(field, false));
    return all;
  }

  Json single(const FieldSchema& field, bool nullable) {
    const bool compact = is_flexible(message_, version_, field);
    switch (field.type) {
      case FieldType::boolean:
        return in_.boolean();
      case FieldType::int8:
        return in_.i8();
      case FieldType::int16:
        return in_.i16();
      case FieldType::int32:
        return in_.i32();
      case FieldType::int64:
        return in_.i64();
      case FieldType::uint16:
        return in_.u16();
      case FieldType::uint32:
        return in_.u32();
      case FieldType::float64:
        return number(in_.f64());
      case FieldType::uuid:
        return in_.uuid().text();
      case FieldType::string:
        return text(nullable ? in_.nullable_string(compact) : std::optional(in_.string(compact)));
      case FieldType::bytes:
        return coded(nullable ? in_.nullable_bytes(compact) : std::optional(in_.bytes(compact)));
      case FieldType::records: {
        const auto batches = nullable ? in_.nullable_bytes(compact) : std::optional(in_.bytes(compact));
        return batches && records_ == RecordsAs::empty_text ? Json("") : coded(batches);
      }
      case FieldType::structure:
        if (nullable && !in_.present()) return nullptr;
        return structure(field.structure);
    }
    return nullptr;
  }

  static Json number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
  }
  static Json text(const std::optional<std::string_view>& value) {
    return value ? Json(std::string(*value)) : Json(nullptr);
  }
  static Json coded(const std::optional<Bytes>& value) { return value ? Json(base64(*value)) : Json(nullptr); }

  const MessageSchema& message_;
  const std::int16_t version_;
  const RecordsAs records_;
  Reader& in_;
};

}  // namespace

Result<JsonText, TextError> to_json(const MessageSchema& message, std::int16_t version, Bytes bytes,
                                    RecordsAs records) {
  if (!message.versions.has(version)) {
    return TextError{std::string(message.name) + " has no version " + std::to_string(version)};
  }
  Reader in(bytes);
  const Json out = Printer(message, version, records, in).structure(message.root);
  if (!in.ok()) {
    const char* why = in.status().error() == Error::truncated ? "the bytes end before the message does, or a length "
                                                                "or count asks for more than is there"
                                                              : "not a message of that version";
    return TextError{std::string(message.name) + " version " + std::to_string(version) + ": " + why};
  }
  return JsonText{out.dump(-1, ' ', false, Json::error_handler_t::replace), in.remaining()};
}

}  // namespace millrace::protocol
