#pragma once

#include <algorithm>
#include <string_view>

namespace millrace {

// Whether two texts are the same but for the case of the letters a to z. Any thread.
inline bool same_but_for_case(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(one, other, {}, lower, lower);
}

}  // namespace millrace
