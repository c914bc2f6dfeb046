// DescribeAcls (KIP-140, KIP-290): the access rules that a filter takes, by resource. Without an authorizer there are
// none to speak of, and Kafka says so.
#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

#include "broker/handlers/handlers.h"
#include "metadata/acl_filter.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_acls.h"

namespace millrace::broker {
namespace {

using protocol::DescribeAclsRequest;
using protocol::DescribeAclsResponse;
using protocol::Errc;

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

metadata::AclFilter filter_of(const DescribeAclsRequest& asked) {
  return {asked.resource_type_filter, asked.resource_name_filter, asked.pattern_type_filter, asked.principal_filter,
          asked.host_filter,          asked.operation,            asked.permission_type};
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
    if (!metadata::matches(filter_of(*filter), *acl)) continue;
    auto& resource = resources[{acl->resource_type, acl->resource_name, acl->pattern_type}];
    resource.resource_type = acl->resource_type;
    resource.resource_name = acl->resource_name;
    resource.pattern_type = acl->pattern_type;
    resource.acls.push_back({acl->principal, acl->host, acl->operation, acl->permission_type});
  }
  response.error_message = "";
  for (auto& [key, resource] : resources) response.resources.push_back(std::move(resource));
  answer(*request, response);
}

}  // namespace millrace::broker
