// DescribeAcls (KIP-140, KIP-290): the access rules that a filter takes, by resource. Without an authorizer there are
// none to speak of, and Kafka says so.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_acls.h"

namespace millrace::broker {
namespace {

using protocol::DescribeAclsRequest;
using protocol::DescribeAclsResponse;
using protocol::Errc;

constexpr std::int8_t kAny = 1;       // of resource types, patterns, operations and permissions
constexpr std::int8_t kMatch = 2;     // of patterns: every one that applies to the name
constexpr std::int8_t kLiteral = 3;
constexpr std::int8_t kPrefixed = 4;
constexpr std::string_view kEveryName = "*";

struct Bounds {
  std::int8_t value;
  std::int8_t last;
};
using AllBounds = std::array<Bounds, 4>;

AllBounds bounds_of(const DescribeAclsRequest& filter) {
  return {{{filter.resource_type_filter, 7}, {filter.pattern_type_filter, 4}, {filter.operation, 15},
           {filter.permission_type, 3}}};
}

// 0 stands for UNKNOWN: with it, Kafka hangs up. What is beyond the numbers of today is refused.
bool has_unknown(const DescribeAclsRequest& filter) {
  return std::ranges::any_of(bounds_of(filter), [](const Bounds& b) { return b.value == 0; });
}
bool known(const DescribeAclsRequest& filter) {
  return std::ranges::all_of(bounds_of(filter), [](const Bounds& b) { return b.value >= 1 && b.value <= b.last; });
}

bool takes_name(const DescribeAclsRequest& filter, const metadata::AclImage& acl) {
  const std::int8_t pattern = filter.pattern_type_filter;
  if (pattern != kAny && pattern != kMatch && pattern != acl.pattern_type) return false;
  if (!filter.resource_name_filter) return true;
  const std::string_view name = *filter.resource_name_filter;
  if (pattern != kMatch) return acl.resource_name == name;
  if (acl.pattern_type == kLiteral) return acl.resource_name == name || acl.resource_name == kEveryName;
  return acl.pattern_type == kPrefixed && name.starts_with(acl.resource_name);
}

bool takes(const DescribeAclsRequest& filter, const metadata::AclImage& acl) {
  const auto same = [](std::int8_t wanted, std::int8_t has) { return wanted == kAny || wanted == has; };
  return same(filter.resource_type_filter, acl.resource_type) && takes_name(filter, acl) &&
         (!filter.principal_filter || *filter.principal_filter == acl.principal) &&
         (!filter.host_filter || *filter.host_filter == acl.host) && same(filter.operation, acl.operation) &&
         same(filter.permission_type, acl.permission_type);
}

}  // namespace

void describe_acls(RequestPtr request, Broker& broker) {
  const auto filter = read_body<DescribeAclsRequest>(*request);
  if (!filter) return;
  if (has_unknown(*filter)) return request->hang_up();
  DescribeAclsResponse response;
  if (broker.config().authorizer_class.empty()) {
    response.error_code = protocol::to_wire(Errc::security_disabled);
    response.error_message = "No Authorizer is configured on the broker";
    return answer(*request, response);
  }
  if (!known(*filter)) {
    response.error_code = protocol::to_wire(Errc::invalid_request);
    response.error_message = "The filter has a resource type, pattern type, operation or permission that is not known.";
    return answer(*request, response);
  }
  const metadata::ImagePtr image = broker.image();
  using Resource = std::tuple<std::int8_t, std::string_view, std::int8_t>;
  std::map<Resource, DescribeAclsResponse::DescribeAclsResource> resources;
  for (const auto* acl : image->acls()) {
    if (!takes(*filter, *acl)) continue;
    auto& resource = resources[{acl->resource_type, acl->resource_name, acl->pattern_type}];
    resource.resource_type = acl->resource_type;
    resource.resource_name = acl->resource_name;
    resource.pattern_type = acl->pattern_type;
    resource.acls.push_back({acl->principal, acl->host, acl->operation, acl->permission_type});
  }
  response.error_message = std::nullopt;
  for (auto& [key, resource] : resources) response.resources.push_back(std::move(resource));
  answer(*request, response);
}

}  // namespace millrace::broker
