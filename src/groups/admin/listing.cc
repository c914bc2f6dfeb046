#include "groups/admin/listing.h"

#include <algorithm>

namespace millrace::groups {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool among(const std::vector<std::string>& wanted, std::string_view name) {
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [name](const std::string& one) { return same_name(one, name); });
}

}  // namespace

bool ListQuery::wants(std::string_view state, std::string_view type) const {
  return among(states, state) && among(types, type);
}

}  // namespace millrace::groups
