#include "controller/host_names.h"

#include <algorithm>

#include "config/value.h"

namespace millrace::controller {
namespace {

bool is_digits(std::string_view text, std::size_t most, std::string_view digits) {
  return !text.empty() && text.size() <= most && text.find_first_not_of(digits) == std::string_view::npos;
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return false;
    const std::string_view number = text.substr(0, dot);
    if (!is_digits(number, 3, "0123456789") || *config::parse_whole(number) > 255) return false;
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return true;
}

// How many 16-bit groups the text holds, separated by colons; -1 if it is none. Only the last may be an IPv4 address.
int groups(std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && is_ipv4(group)) return count + 2;
    if (!is_digits(group, 4, "0123456789abcdefABCDEF")) return -1;
    ++count;
    if (colon == std::string_view::npos) return count;
    text.remove_prefix(colon + 1);
    if (text.empty()) return -1;
  }
  return count;
}

bool is_ipv6(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  text = text.substr(0, text.find('%'));
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return groups(text) == 8;
  const int before = groups(text.substr(0, gap));
  const int after = groups(text.substr(gap + 2));
  return before >= 0 && after >= 0 && before + after < 8;
}

}  // namespace

bool is_known_host(std::string_view text) { return is_ipv4(text) || is_ipv6(text) || text == "localhost"; }

}  // namespace millrace::controller
