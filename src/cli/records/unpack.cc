#include "cli/records/unpack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace millrace::cli {
namespace {

constexpr std::string_view kSizes = "bhiq";  // each twice as long as the one before

std::uint64_t bits_of(std::string_view bytes, bool little) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = little ? bytes[bytes.size() - 1 - i] : bytes[i];
    bits = (bits << 8U) | static_cast<unsigned char>(c);
  }
  return bits;
}

std::int64_t with_sign(std::uint64_t bits, std::size_t size) {
  const std::size_t shift = 64 - size * 8;
  return static_cast<std::int64_t>(bits << shift) >> shift;
}

}  // namespace

void unpack(std::string_view pattern, std::string_view data, std::string& out) {
  bool little = false;
  for (const char field : pattern) {
    if (field == '<' || field == '>') {
      little = field == '<';
      continue;
    }
    if (field == 'x' || field == ' ') {
      out += ' ';
      continue;
    }
    if (field == '$') {
      if (!data.empty()) fmt::format_to(std::back_inserter(out), "({} bytes left)", data.size());
      return;
    }
    if (field == 's') {
      out += data;
      data = {};
      continue;
    }
    if (field == 'c' || field == '.') {
      out += data.substr(0, 1);
      data.remove_prefix(std::min<std::size_t>(1, data.size()));
      continue;
    }
    const bool plain = field >= 'A' && field <= 'Z';
    const std::size_t which = kSizes.find(static_cast<char>(plain ? field - 'A' + 'a' : field));
    if (which == std::string_view::npos) {
      fmt::format_to(std::back_inserter(out), "({} is no field)", field);
      return;
    }
    const std::size_t size = std::size_t{1} << which;
    if (data.size() < size) {
      fmt::format_to(std::back_inserter(out), "({} bytes are too few)", data.size());
      return;
    }
    const std::uint64_t bits = bits_of(data.substr(0, size), little);
    data.remove_prefix(size);
    if (plain) {
      fmt::format_to(std::back_inserter(out), "{}", bits);
    } else {
      fmt::format_to(std::back_inserter(out), "{}", with_sign(bits, size));
    }
  }
}

}  // namespace millrace::cli
