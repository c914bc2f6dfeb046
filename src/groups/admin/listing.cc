#include "groups/admin/listing.h"

#include <algorithm>

#include "base/ascii.h"

namespace millrace::groups {

namespace {

bool among(const std::vector<std::string>& wanted, std::string_view name) {
  return wanted.empty() ||
         std::ranges::any_of(wanted, [name](const std::string& one) { return same_but_for_case(one, name); });
}

}  // namespace

bool ListQuery::wants(std::string_view state, std::string_view type) const {
  return among(states, state) && among(types, type);
}

}  // namespace millrace::groups
