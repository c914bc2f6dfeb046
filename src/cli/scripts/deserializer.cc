#include "cli/scripts/deserializer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/bytes.h"

namespace millrace::cli {
namespace {

using Text = Outcome<std::string>;

Failure wrong_size(std::string_view what, std::size_t size, std::size_t wanted) {
  return {kSomeFailed, fmt::format("Size of data received by {}Deserializer is not {}: it is {}", what, wanted, size)};
}

Text string(std::string_view bytes) { return std::string(bytes); }

template <typename Number>
Text whole(std::string_view what, std::string_view bytes) {
  if (bytes.size() != sizeof(Number)) return wrong_size(what, bytes.size(), sizeof(Number));
  return std::to_string(load_be<Number>(as_bytes(bytes).data()));
}
Text int16(std::string_view bytes) { return whole<std::int16_t>("Short", bytes); }
Text int32(std::string_view bytes) { return whole<std::int32_t>("Integer", bytes); }
Text int64(std::string_view bytes) { return whole<std::int64_t>("Long", bytes); }

// Java writes the fewest digits that are the number, with an exponent below a thousandth and from ten million on.
template <typename Real>
std::string java_text(Real number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const Real size = std::abs(number);
  const bool plain = size == 0 || (size >= Real(1e-3) && size < Real(1e7));
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer.data(), end.ptr);
  if (plain) return text.find('.') == std::string::npos ? text + ".0" : text;
  const std::size_t at = text.find('e');
  std::string digits = text.substr(0, at);
  if (digits.find('.') == std::string::npos) digits += ".0";
  const bool small = text[at + 1] == '-';
  std::string exponent = text.substr(at + 2);
  exponent.erase(0, std::min(exponent.find_first_not_of('0'), exponent.size() - 1));
  return digits + (small ? "E-" : "E") + exponent;
}

Text float32(std::string_view bytes) {
  if (bytes.size() != sizeof(float)) return wrong_size("Float", bytes.size(), sizeof(float));
  return java_text(std::bit_cast<float>(load_be<std::uint32_t>(as_bytes(bytes).data())));
}

Text float64(std::string_view bytes) {
  if (bytes.size() != sizeof(double)) return wrong_size("Double", bytes.size(), sizeof(double));
  return java_text(std::bit_cast<double>(load_be<std::uint64_t>(as_bytes(bytes).data())));
}

Text boolean(std::string_view bytes) {
  if (bytes.size() != 1) return wrong_size("Boolean", bytes.size(), 1);
  if (bytes[0] != 0 && bytes[0] != 1) return Failure{kSomeFailed, "Unexpected byte received by BooleanDeserializer"};
  return std::string(bytes[0] == 1 ? "true" : "false");
}

Text uuid(std::string_view bytes) {
  std::string text(bytes);
  const bool valid = text.size() == 36 && std::ranges::all_of(text, [](char c) {
    return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  if (!valid) return Failure{kSomeFailed, "Error parsing data into UUID"};
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c; });
  return text;
}

constexpr std::string_view kPackage = "org.apache.kafka.common.serialization.";
constexpr std::array<std::pair<std::string_view, Deserializer>, 9> kDeserializers{{
    {"StringDeserializer", string},
    {"ByteArrayDeserializer", string},
    {"ShortDeserializer", int16},
    {"IntegerDeserializer", int32},
    {"LongDeserializer", int64},
    {"FloatDeserializer", float32},
    {"DoubleDeserializer", float64},
    {"BooleanDeserializer", boolean},
    {"UUIDDeserializer", uuid},
}};

}  // namespace

Deserializer find_deserializer(std::string_view class_name) {
  if (!class_name.starts_with(kPackage)) return nullptr;
  class_name.remove_prefix(kPackage.size());
  const auto at = std::ranges::find(kDeserializers, class_name, &std::pair<std::string_view, Deserializer>::first);
  return at == kDeserializers.end() ? nullptr : at->second;
}

}  // namespace millrace::cli
