#include "metadata/acl_filter.h"

namespace millrace::metadata {
namespace {

constexpr std::int8_t kAny = 1;
constexpr std::int8_t kMatch = 2;
constexpr std::int8_t kLiteral = 3;
constexpr std::string_view kEveryName = "*";

bool same(std::int8_t wanted, std::int8_t has) { return wanted == kAny || wanted == has; }
bool same(const std::optional<std::string_view>& wanted, std::string_view has) { return !wanted || *wanted == has; }

bool names(const AclFilter& filter, const AclImage& acl) {
  if (!filter.resource_name) return true;
  if (filter.pattern_type != kMatch || acl.resource_name == *filter.resource_name) {
    return acl.resource_name == *filter.resource_name;
  }
  if (acl.pattern_type == kLiteral) return acl.resource_name == kEveryName;
  return filter.resource_name->starts_with(acl.resource_name);
}

}  // namespace

bool matches(const AclFilter& filter, const AclImage& acl) {
  const bool pattern = filter.pattern_type == kMatch || same(filter.pattern_type, acl.pattern_type);
  return pattern && same(filter.resource_type, acl.resource_type) && names(filter, acl) &&
         same(filter.principal, acl.principal) && same(filter.host, acl.host) &&
         same(filter.operation, acl.operation) && same(filter.permission_type, acl.permission_type);
}

}  // namespace millrace::metadata
