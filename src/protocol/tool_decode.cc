#include "protocol/tool_decode.h"

#include <charconv>
#include <optional>
#include <vector>

#include "protocol/json.h"

namespace millrace::protocol {

namespace {

ToolOutput failure(int exit_code, std::string text) {
  return {exit_code, "", "millrace decode: " + std::move(text) + "\n"};
}

std::optional<MessageKind> parse_kind(std::string_view text) {
  if (text == "request") return MessageKind::request;
  if (text == "response") return MessageKind::response;
  if (text == "record") return MessageKind::record;
  if (text == "header") return MessageKind::header;
  return std::nullopt;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::vector<std::byte>> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::byte>(high * 16 + low));
  }
  return bytes;
}

std::string range_text(const MessageSchema& message) {
  if (message.versions.empty()) return "it has none";
  return "it has " + std::to_string(message.versions.first) + " to " + std::to_string(message.versions.last);
}

}  // namespace

ToolOutput tool_decode(const DecodeQuery& query) {
  const auto kind = parse_kind(query.kind);
  if (!kind) return failure(2, "--kind is request, response, record or header, not '" + query.kind + "'");
  const MessageSchema* message = find_message(*kind, query.api);
  if (message == nullptr) return failure(1, "there is no " + query.kind + " called '" + query.api + "'");
  std::int16_t version = 0;
  const char* const end = query.version.data() + query.version.size();
  const auto parsed = std::from_chars(query.version.data(), end, version);
  if (parsed.ec != std::errc() || parsed.ptr != end || !message->versions.has(version)) {
    return failure(1, std::string(message->name) + " has no version '" + query.version + "': " + range_text(*message));
  }
  const auto bytes = parse_hex(query.hex);
  if (!bytes) return failure(1, "HEX must be pairs of hexadecimal digits");
  const auto text = to_json(*message, version, *bytes, query.records ? RecordsAs::base64 : RecordsAs::empty_text);
  if (!text.ok()) return failure(1, text.error().text);
  ToolOutput output{0, text->json + "\n", ""};
  if (text->bytes_left > 0) {
    output.err = "millrace decode: " + std::to_string(text->bytes_left) + " bytes stand behind the message\n";
  }
  return output;
}

}  // namespace millrace::protocol
