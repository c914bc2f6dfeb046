#include "log/names.h"

#include <algorithm>
#include <charconv>

#include "log/limits.h"

namespace millrace::log {
namespace {

constexpr std::size_t kOffsetDigits = 20;

}  // namespace

std::string offset_name(Offset offset) {
  const std::string digits = std::to_string(offset.value());
  return std::string(kOffsetDigits - std::min(kOffsetDigits, digits.size()), '0') + digits;
}

std::string segment_name(Offset base) { return offset_name(base) + std::string(kLogSuffix); }

std::optional<Offset> parse_segment_name(std::string_view name) { return parse_offset_name(name, kLogSuffix); }

std::optional<Offset> parse_offset_name(std::string_view name, std::string_view suffix) {
  if (name.size() != kOffsetDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  std::int64_t value = 0;
  const char* end = name.data() + kOffsetDigits;
  const auto [stopped, error] = std::from_chars(name.data(), end, value);
  if (error != std::errc() || stopped != end || value < 0) return std::nullopt;
  return Offset(value);
}

std::string cut_name(Offset base, unsigned n) {
  return offset_name(base) + "." + std::to_string(n) + std::string(kCutSuffix);
}

std::string deleted_name(std::string_view directory_name, Uuid unique) {
  std::string hex;
  for (const char c : unique.hex()) {
    if (c != '-') hex += c;
  }
  const auto dash = directory_name.rfind('-');
  std::string_view topic = directory_name.substr(0, dash);
  const std::string_view partition = dash == std::string_view::npos ? "" : directory_name.substr(dash);
  const std::string ending = std::string(partition) + "." + hex + "-delete";
  topic = topic.substr(0, kMaxNameBytes - ending.size());
  return std::string(topic) + ending;
}

std::string future_name(std::string_view directory_name, Uuid unique) {
  std::string hex;
  for (const char c : unique.hex()) {
    if (c != '-') hex += c;
  }
  return std::string(directory_name) + "." + hex + "-future";
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace millrace::log
