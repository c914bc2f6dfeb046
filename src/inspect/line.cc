#include "inspect/line.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace millrace::inspect {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// The form of a UTF-8 sequence by its first byte: its length and what the second byte may be.
struct Sequence {
  std::size_t length = 0;  // 0: nothing begins so
  unsigned low = 0x80;
  unsigned high = 0xbf;
};
Sequence sequence_of(unsigned first) {
  if (first < 0x80) return {1};
  if (first < 0xc2) return {};
  if (first < 0xe0) return {2};
  if (first < 0xf0) return {3, first == 0xe0 ? 0xa0u : 0x80u, first == 0xed ? 0x9fu : 0xbfu};
  if (first < 0xf5) return {4, first == 0xf0 ? 0x90u : 0x80u, first == 0xf4 ? 0x8fu : 0xbfu};
  return {};
}

}  // namespace

std::string readable(Bytes bytes, bool& whole) {
  whole = true;
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Sequence sequence = sequence_of(static_cast<unsigned>(bytes[at]));
    std::size_t good = sequence.length == 0 ? 0 : 1;
    while (good > 0 && good < sequence.length && at + good < bytes.size()) {
      const auto next = static_cast<unsigned>(bytes[at + good]);
      const unsigned low = good == 1 ? sequence.low : 0x80u;
      const unsigned high = good == 1 ? sequence.high : 0xbfu;
      if (next < low || next > high) break;
      ++good;
    }
    if (good > 0 && good == sequence.length) {
      text += as_text(bytes.subspan(at, good));
      at += good;
    } else {
      whole = false;
      text += kReplacement;
      at += good == 0 ? 1 : good;
    }
  }
  return text;
}

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Line& Line::add(std::string_view name, std::string text, std::string json, std::string_view glue) {
  fields_.push_back({std::string(name), std::move(text), std::move(json), glue, {}});
  return *this;
}

Line& Line::number(std::string_view name, std::int64_t value) {
  return add(name, std::to_string(value), std::to_string(value));
}

Line& Line::flag(std::string_view name, bool value) {
  const std::string text = value ? "true" : "false";
  return add(name, text, text);
}

Line& Line::optional(std::string_view name, std::optional<std::int64_t> value) {
  if (!value) return add(name, "OptionalLong.empty", "null");
  return add(name, "OptionalLong[" + std::to_string(*value) + "]", std::to_string(*value));
}

Line& Line::word(std::string_view name, std::string_view value) {
  return add(name, std::string(value), json_string(value));
}

Line& Line::bytes(std::string_view name, Bytes value) {
  bool whole = true;
  std::string text = readable(value, whole);
  std::string json = json_string(text);
  add(name, std::move(text), std::move(json));
  if (!whole) fields_.back().base64 = base64(value);
  return *this;
}

Line& Line::list(std::string_view name, const std::vector<std::string>& values) {
  std::string text = "[";
  std::string json = "[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    if (i > 0) json += ',';
    text += values[i];
    json += json_string(values[i]);
  }
  return add(name, text + "]", json + "]");
}

Line& Line::json(std::string_view name, std::string_view value, std::string_view glue) {
  return add(name, std::string(value), std::string(value), glue);
}

Line& Line::sentence(std::string_view name, std::string_view text) {
  return add(name, std::string(text), json_string(text), "");
}

std::string Line::print(bool as_json, std::string_view file) const {
  std::string line;
  if (as_json) {
    line = "{\"file\":" + json_string(file) + ",\"kind\":" + json_string(kind_);
    for (const auto& field : fields_) {
      line += "," + json_string(field.name) + ":" + field.json;
      if (!field.base64.empty()) line += "," + json_string(field.name + "Base64") + ":\"" + field.base64 + "\"";
    }
    return line + "}\n";
  }
  for (const auto& field : fields_) {
    line += line.empty() ? prefix_ : " ";
    if (!field.glue.empty()) {
      line += field.name;
      line += field.glue;
    }
    line += field.text;
  }
  return line + "\n";
}

}  // namespace millrace::inspect
