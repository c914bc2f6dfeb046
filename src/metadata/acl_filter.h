#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "metadata/areas.h"

namespace millrace::metadata {

// Which ACLs are meant, in the protocol's numbers; what is not named is any.
struct AclFilter {
  std::int8_t resource_type = 1;
  std::optional<std::string_view> resource_name;
  std::int8_t pattern_type = 1;  // 2: every pattern that covers the name
  std::optional<std::string_view> principal;
  std::optional<std::string_view> host;
  std::int8_t operation = 1;
  std::int8_t permission_type = 1;
};

// KIP-290. Any thread.
bool matches(const AclFilter& filter, const AclImage& acl);

}  // namespace millrace::metadata
