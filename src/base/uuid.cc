#include "base/uuid.h"

namespace millrace {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextLength = 22;

}  // namespace

Uuid Uuid::from_random(std::uint64_t high, std::uint64_t low) {
  return {(high & ~0xf000ULL) | 0x4000ULL, (low & ~(3ULL << 62)) | (2ULL << 62)};
}

Result<Uuid> Uuid::parse(std::string_view text) {
  while (text.size() > kTextLength && text.back() == '=') text.remove_suffix(1);
  if (text.size() != kTextLength) return Error::corrupt;
  std::array<std::byte, 16> raw{};
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t out = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return Error::corrupt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8 && out < raw.size()) {
      held -= 8;
      raw[out++] = static_cast<std::byte>(bits >> held);
    }
  }
  return Uuid{load_be<std::uint64_t>(raw.data()), load_be<std::uint64_t>(raw.data() + 8)};
}

std::array<std::byte, 16> Uuid::bytes() const {
  std::array<std::byte, 16> raw{};
  store_be(raw.data(), high);
  store_be(raw.data() + 8, low);
  return raw;
}

std::string Uuid::text() const {
  const auto raw = bytes();
  std::string out;
  out.reserve(kTextLength);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::byte b : raw) {
    bits = (bits << 8) | static_cast<std::uint32_t>(b);
    held += 8;
    while (held >= 6) {
      held -= 6;
      out.push_back(kAlphabet[(bits >> held) & 63U]);
    }
  }
  out.push_back(kAlphabet[(bits << (6 - held)) & 63U]);
  return out;
}

std::string Uuid::hex() const {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto raw = bytes();
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out.push_back(digits[static_cast<unsigned>(raw[i]) >> 4]);
    out.push_back(digits[static_cast<unsigned>(raw[i]) & 15U]);
  }
  return out;
}

}  // namespace millrace
