#include "inspect/decoder.h"

#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "base/base64.h"
#include "base/varint.h"
#include "inspect/line.h"
#include "protocol/json.h"
#include "protocol/schema.h"

namespace millrace::inspect {
namespace {

using Json = nlohmann::ordered_json;
using protocol::MessageSchema;

// The message of type `type` in the log `log` whose name ends with `ending`.
const MessageSchema* find_record(std::string_view log, std::int64_t type, std::string_view ending) {
  for (const auto& message : protocol::all_messages()) {
    if (message.kind == protocol::MessageKind::record && message.log == log && message.type == type &&
        message.name.ends_with(ending)) {
      return &message;
    }
  }
  return nullptr;
}

std::string sentence_at(Offset offset, std::string_view why) {
  return "Error at offset " + std::to_string(offset.value()) + ", skipping. " + std::string(why);
}

Result<std::int16_t> take_short(Bytes& bytes) {
  if (bytes.size() < sizeof(std::int16_t)) return Error::truncated;
  const auto number = load_be<std::int16_t>(bytes.data());
  bytes = bytes.subspan(sizeof number);
  return number;
}

// A member's field that holds a message of the consumer protocol becomes that message, if it can be read.
void unfold(Json& member, const char* field, std::string_view name) {
  const auto at = member.find(field);
  if (at == member.end() || !at->is_string()) return;
  const auto raw = parse_base64(at->get<std::string>());
  if (!raw) return;
  Bytes rest(*raw);
  const auto version = take_short(rest);
  const MessageSchema* schema = protocol::find_message(protocol::MessageKind::record, name);
  if (!version || schema == nullptr || !schema->versions.has(*version)) return;
  const auto text = protocol::to_json(*schema, *version, rest);
  if (!text) return;
  Json inner = Json::parse(text->json, nullptr, false);
  if (!inner.is_discarded()) *at = std::move(inner);
}

std::string unfold_members(const std::string& text) {
  Json group = Json::parse(text, nullptr, false);
  if (group.is_discarded() || !group.is_object() || group.value("protocolType", Json()) != "consumer") return text;
  const auto members = group.find("members");
  if (members == group.end() || !members->is_array()) return text;
  for (auto& member : *members) {
    unfold(member, "subscription", "ConsumerProtocolSubscription");
    unfold(member, "assignment", "ConsumerProtocolAssignment");
  }
  return group.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string, protocol::TextError> body(const MessageSchema& schema, std::int64_t version, Bytes bytes) {
  if (version < schema.versions.first || version > schema.versions.last) {
    return protocol::TextError{std::string(schema.name) + " has no version " + std::to_string(version)};
  }
  auto text = protocol::to_json(schema, static_cast<std::int16_t>(version), bytes);
  if (!text) return protocol::TextError{std::string(schema.name) + ": " + text.error().text};
  return std::move(text->json);
}

std::string_view log_of(Decoder decoder) {
  switch (decoder) {
    case Decoder::offsets: return "group";
    case Decoder::transactions: return "transaction";
    default: return "share";
  }
}

Decoded coordinator_record(Decoder decoder, Offset offset, std::optional<Bytes> key, std::optional<Bytes> value) {
  auto record = read_coordinator_record(decoder, key, value);
  if (!record) {
    const Unreadable& why = record.error();
    const std::string at = std::to_string(offset.value());
    return {Decoded::Part{why.unknown_type ? "Unknown record type " + std::to_string(*why.unknown_type) +
                                                 " at offset " + at + ", skipping."
                                           : sentence_at(offset, why.text)},
            std::nullopt};
  }
  Decoded decoded;
  decoded.key =
      Decoded::Part{"{\"type\":\"" + std::to_string(record->type) + "\",\"data\":" + record->key + "}", true};
  if (!record->value) {
    decoded.value = Decoded::Part{"<DELETE>"};
    return decoded;
  }
  std::string& text = record->value->json;
  if (record->name == "GroupMetadataKey") text = unfold_members(text);
  decoded.value = Decoded::Part{
      "{\"version\":\"" + std::to_string(record->value->version) + "\",\"data\":" + text + "}", true};
  return decoded;
}

// "TopicRecord" as "TOPIC_RECORD".
std::string upper_snake(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !text.empty()) text += '_';
    text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

// Numbers of up to 32 bits, each in base 128, that stand before a framed record.
bool take_numbers(Bytes& rest, std::span<std::uint32_t> numbers) {
  for (auto& number : numbers) {
    const std::size_t used = get_uvarint(rest, number);
    if (used == 0) return false;
    rest = rest.subspan(used);
  }
  return true;
}

Decoded framed_record(std::string_view log, Offset offset, std::optional<Bytes> value) {
  Decoded decoded;
  const auto failed = [&](std::string_view why) {
    decoded.value = Decoded::Part{log == "metadata" ? "Error at " + std::to_string(offset.value()) + ", skipping. " +
                                                          std::string(why)
                                                    : sentence_at(offset, why)};
    return decoded;
  };
  if (!value) return failed("The record has no value.");
  std::array<std::uint32_t, 3> numbers{};
  Bytes rest = *value;
  if (!take_numbers(rest, numbers)) return failed("The frame is not whole.");
  const auto [frame, type, version] = numbers;
  if (frame > 1) return failed("The frame has version " + std::to_string(frame) + ".");
  const MessageSchema* schema = find_record(log, type, "");
  if (schema == nullptr) return failed("There is no record type " + std::to_string(type) + ".");
  const auto text = body(*schema, version, rest);
  if (!text) return failed(text.error().text);
  decoded.value = Decoded::Part{"{\"type\":\"" + upper_snake(schema->name) +
                                    "\",\"version\":" + std::to_string(version) + ",\"data\":" + *text + "}",
                                true};
  return decoded;
}

struct ControlForm {
  std::string_view name;     // in the text
  std::string_view glue;
  std::string_view message;
};
constexpr std::array<ControlForm, 7> kControls = {{
    {"endTxnMarker", ": ", "EndTxnMarker"},
    {"endTxnMarker", ": ", "EndTxnMarker"},
    {"LeaderChange", ": ", "LeaderChangeMessage"},
    {"SnapshotHeader", " ", "SnapshotHeaderRecord"},
    {"SnapshotFooter", " ", "SnapshotFooterRecord"},
    {"KRaftVersion", " ", "KRaftVersionRecord"},
    {"KRaftVoters", " ", "VotersRecord"},
}};

}  // namespace

Decoder decoder_of(std::string_view directory_name) {
  const auto topic = directory_name.substr(0, directory_name.rfind('-'));
  if (topic == "__consumer_offsets") return Decoder::offsets;
  if (topic == "__transaction_state") return Decoder::transactions;
  if (topic == "__share_group_state") return Decoder::share_state;
  if (topic == "__cluster_metadata") return Decoder::cluster_metadata;
  if (topic == "__remote_log_metadata") return Decoder::remote_metadata;
  return Decoder::text;
}

Result<CoordinatorRecord, Unreadable> read_coordinator_record(Decoder decoder, std::optional<Bytes> key,
                                                             std::optional<Bytes> value) {
  if (!key) return Unreadable{"The record has no key.", {}};
  const auto type = take_short(*key);
  if (!type) return Unreadable{"The key has no type.", {}};
  const MessageSchema* key_schema = find_record(log_of(decoder), *type, "Key");
  const MessageSchema* value_schema = find_record(log_of(decoder), *type, "Value");
  if (key_schema == nullptr || value_schema == nullptr) return Unreadable{"", *type};
  auto key_text = body(*key_schema, 0, *key);
  if (!key_text) return Unreadable{key_text.error().text, {}};
  CoordinatorRecord record{key_schema->name, *type, std::move(*key_text), std::nullopt};
  if (!value) return record;
  const auto version = take_short(*value);
  if (!version) return Unreadable{"The value has no version.", {}};
  auto value_text = body(*value_schema, *version, *value);
  if (!value_text) return Unreadable{value_text.error().text, {}};
  record.value = CoordinatorRecord::Value{*version, std::move(*value_text)};
  return record;
}

Decoded decode_record(Decoder decoder, Offset offset, std::optional<Bytes> key, std::optional<Bytes> value) {
  switch (decoder) {
    case Decoder::offsets:
    case Decoder::transactions:
    case Decoder::share_state: return coordinator_record(decoder, offset, key, value);
    case Decoder::cluster_metadata: return framed_record("metadata", offset, value);
    case Decoder::remote_metadata: return framed_record("remote-storage", offset, value);
    case Decoder::text: break;
  }
  return {};
}

Result<ControlText> decode_control(std::optional<Bytes> key, std::optional<Bytes> value) {
  if (!key || !value) return Error::corrupt;
  const auto key_version = take_short(*key);
  const auto type = take_short(*key);
  if (!key_version || !type) return Error::corrupt;
  if (*type < 0 || static_cast<std::size_t>(*type) >= kControls.size()) {
    return ControlText{"controlType", ": ", "UNKNOWN(" + std::to_string(*type) + ")", false, {}};
  }
  const ControlForm& form = kControls[static_cast<std::size_t>(*type)];
  ControlText text{std::string(form.name), std::string(form.glue), "", true, {}};
  if (*type <= 1) {
    constexpr std::size_t kEpochBytes = sizeof(std::int32_t);
    const auto version = take_short(*value);
    if (!version || value->size() < kEpochBytes) return Error::corrupt;
    text.text = *type == 0 ? "ABORT" : "COMMIT";
    text.is_json = false;
    text.coordinator_epoch = load_be<std::int32_t>(value->data());
    return text;
  }
  // Their version is the first field of the message.
  const MessageSchema* schema = protocol::find_message(protocol::MessageKind::record, form.message);
  Bytes peek = *value;
  const auto version = take_short(peek);
  if (schema == nullptr || !version) return Error::corrupt;
  auto json = body(*schema, *version, *value);
  if (!json) return Error::corrupt;
  text.text = std::move(*json);
  return text;
}

}  // namespace millrace::inspect
