#include "protocol/tool_decode.h"

#include <charconv>
#include <optional>
#include <vector>

#include "protocol/json.h"

namespace millrace::protocol {

namespace {

constexpr std::string_view kUsage =
    "usage: millrace decode --api NAME|KEY --version V --kind request|response|record|header [--records] HEX";

ToolOutput failure(int exit_code, std::string text) {
  return {exit_code, "", "millrace decode: " + std::move(text) + "\n"};
}

struct Options {
  std::optional<std::string_view> api, version, kind, hex;
  RecordsAs records = RecordsAs::empty_text;
};

std::optional<std::string_view>* option(Options& options, std::string_view name) {
  if (name == "--api") return &options.api;
  if (name == "--version") return &options.version;
  if (name == "--kind") return &options.kind;
  return nullptr;
}

// Fills `options`; what is wrong with `args`, or nothing.
std::optional<std::string> parse(std::span<const std::string_view> args, Options& options) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!args[i].starts_with("--")) {
      if (options.hex) return "more than one HEX";
      options.hex = args[i];
      continue;
    }
    if (args[i] == "--records") {
      options.records = RecordsAs::base64;
      continue;
    }
    const std::size_t equals = args[i].find('=');
    const std::string_view name = args[i].substr(0, equals);
    auto* target = option(options, name);
    if (target == nullptr) return "unknown option " + std::string(name);
    if (equals != std::string_view::npos) {
      *target = args[i].substr(equals + 1);
    } else if (++i < args.size()) {
      *target = args[i];
    } else {
      return std::string(name) + " needs a value";
    }
  }
  if (!options.api || !options.version || !options.kind || !options.hex) return std::string(kUsage);
  return std::nullopt;
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

ToolOutput tool_decode(std::span<const std::string_view> args) {
  Options options;
  if (auto wrong = parse(args, options)) return failure(2, *wrong);
  const auto kind = parse_kind(*options.kind);
  if (!kind) {
    return failure(2, "--kind is request, response, record or header, not '" + std::string(*options.kind) + "'");
  }
  const MessageSchema* message = find_message(*kind, *options.api);
  if (message == nullptr) {
    return failure(1, "there is no " + std::string(*options.kind) + " called '" + std::string(*options.api) + "'");
  }
  std::int16_t version = 0;
  const std::string_view digits = *options.version;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || !message->versions.has(version)) {
    return failure(1, std::string(message->name) + " has no version '" + std::string(digits) + "': " +
                          range_text(*message));
  }
  const auto bytes = parse_hex(*options.hex);
  if (!bytes) return failure(1, "HEX must be pairs of hexadecimal digits");
  const auto text = to_json(*message, version, *bytes, options.records);
  if (!text.ok()) return failure(1, text.error().text);
  ToolOutput output{0, text->json + "\n", ""};
  if (text->bytes_left > 0) {
    output.err = "millrace decode: " + std::to_string(text->bytes_left) + " bytes stand behind the message\n";
  }
  return output;
}

}  // namespace millrace::protocol
