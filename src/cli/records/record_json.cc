#include "cli/records/record_json.h"

#include <fmt/format.h>

#include <optional>

#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;
using Text = std::optional<std::string>;  // bytes

// How many bytes follow a character's first one; nothing if it is no first byte.
std::optional<std::size_t> following(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc2 || lead > 0xf4) return std::nullopt;
  return lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char lead = byte(i);
    const auto more = following(lead);
    if (!more || i + *more >= text.size()) return false;
    for (std::size_t k = 1; k <= *more; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80U) return false;
    }
    // Longer than need be, half of a pair of UTF-16, or beyond the last character.
    const unsigned char second = *more > 0 ? byte(i + 1) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    i += *more + 1;
  }
  return true;
}

void put(Json& json, const std::string& name, std::optional<std::string_view> bytes) {
  if (!bytes) {
    json[name] = nullptr;
  } else if (is_utf8(*bytes)) {
    json[name] = *bytes;
  } else {
    json[name + "_base64"] = base64(as_bytes(*bytes));
  }
}

// The bytes under `name` or NAME_base64; nothing for null and for neither.
Result<Text, std::string> take(const Json& json, const std::string& name) {
  if (const auto at = json.find(name + "_base64"); at != json.end()) {
    const auto bytes = at->is_string() ? parse_base64(at->get<std::string>()) : parse_base64("=");
    if (!bytes) return fmt::format("{}_base64 is no base64", name);
    return Text(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  }
  const auto at = json.find(name);
  if (at == json.end() || at->is_null()) return Text();
  if (at->is_string()) return Text(at->get<std::string>());
  return Text(at->dump());
}

}  // namespace

void write_json(const client::ConsumerRecord& record, std::string& out) {
  Json json;
  json["topic"] = record.topic;
  json["partition"] = record.partition;
  json["offset"] = record.offset;
  json["timestamp"] = record.timestamp_ms;
  put(json, "key", record.key);
  put(json, "value", record.value);
  for (const auto& header : record.headers()) {
    Json entry;
    put(entry, "key", header.key);
    put(entry, "value", header.value);
    json["headers"].push_back(std::move(entry));
  }
  out += json.dump();
  out += '\n';
}

Result<client::Record, std::string> read_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::string("no JSON object");
  client::Record record;
  if (const auto topic = json.find("topic"); topic != json.end() && topic->is_string()) topic->get_to(record.topic);
  if (const auto time = json.find("timestamp"); time != json.end() && time->is_number_integer()) {
    record.timestamp_ms = time->get<std::int64_t>();
  }
  auto key = take(json, "key");
  if (!key) return key.error();
  auto value = take(json, "value");
  if (!value) return value.error();
  record.key = std::move(*key);
  record.value = std::move(*value);
  const auto headers = json.find("headers");
  if (headers == json.end()) return record;
  if (!headers->is_array()) return std::string("headers is no list");
  for (const Json& entry : *headers) {
    if (!entry.is_object()) return std::string("a header is no object");
    auto name = take(entry, "key");
    if (!name) return name.error();
    auto text = take(entry, "value");
    if (!text) return text.error();
    record.headers.push_back({name->value_or(""), std::move(*text)});
  }
  return record;
}

}  // namespace millrace::cli
