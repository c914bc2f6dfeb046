#include "broker/quotas/throttle_field.h"

#include <string>

#include "protocol/reader.h"
#include "protocol/schema.h"

namespace millrace::broker::quotas {

namespace {

using protocol::FieldSchema;
using protocol::FieldType;

// Walks over fields that come before the one wanted.
class Skipper {
 public:
  Skipper(protocol::Reader& in, std::int16_t version, bool flexible)
      : in_(in), version_(version), flexible_(flexible) {}

  void field(const FieldSchema& field) {
    const bool compact = flexible_ && !field.classic;
    if (!field.array) return value(field, compact);
    const std::int64_t count = compact ? static_cast<std::int64_t>(in_.uvarint()) - 1 : in_.i32();
    for (std::int64_t i = 0; i < count && in_.status().ok(); ++i) value(field, compact);
  }

 private:
  void value(const FieldSchema& field, bool compact) {
    switch (field.type) {
      case FieldType::boolean:
      case FieldType::int8: return bytes(1);
      case FieldType::int16:
      case FieldType::uint16: return bytes(2);
      case FieldType::int32:
      case FieldType::uint32: return bytes(4);
      case FieldType::int64:
      case FieldType::float64: return bytes(8);
      case FieldType::uuid: return bytes(16);
      case FieldType::string: {
        const std::int64_t size = compact ? static_cast<std::int64_t>(in_.uvarint()) - 1 : in_.i16();
        return bytes(size);
      }
      case FieldType::bytes:
      case FieldType::records: {
        const std::int64_t size = compact ? static_cast<std::int64_t>(in_.uvarint()) - 1 : in_.i32();
        return bytes(size);
      }
      case FieldType::structure: return structure(field.structure);
    }
  }

  void structure(std::int16_t index) {
    for (const FieldSchema& one : protocol::fields_of(index)) {
      if (one.versions.has(version_) && one.tag < 0) field(one);
    }
    if (flexible_) in_.skip_tags();
  }

  void bytes(std::int64_t size) {
    if (size > 0) in_.take(static_cast<std::size_t>(size));
  }

  protocol::Reader& in_;
  std::int16_t version_;
  bool flexible_;
};

}  // namespace

std::optional<std::size_t> throttle_field(std::int16_t api_key, std::int16_t version, Bytes body) {
  const protocol::MessageSchema* message =
      protocol::find_message(protocol::MessageKind::response, std::to_string(api_key));
  if (message == nullptr) return std::nullopt;
  protocol::Reader in(body);
  Skipper skipper(in, version, message->flexible(version));
  for (const FieldSchema& field : protocol::fields_of(message->root)) {
    if (!field.versions.has(version) || field.tag >= 0) continue;
    if (field.name == "throttleTimeMs") {
      if (!in.status().ok() || in.remaining() < sizeof(std::int32_t)) return std::nullopt;
      return body.size() - in.remaining();
    }
    skipper.field(field);
  }
  return std::nullopt;
}

}  // namespace millrace::broker::quotas
