#include <algorithm>
#include <set>

#include "controller/apis.h"
#include "metadata/acl_filter.h"
#include "protocol/gen/delete_acls.h"
#include "protocol/gen/remove_access_control_entry_record.h"

namespace millrace::controller {
namespace {

using protocol::DeleteAclsRequest;
using protocol::DeleteAclsResponse;
using protocol::Errc;
using Filter = DeleteAclsRequest::DeleteAclsFilter;

metadata::AclFilter filter_of(const Filter& asked) {
  return {asked.resource_type_filter, asked.resource_name_filter, asked.pattern_type_filter, asked.principal_filter,
          asked.host_filter,          asked.operation,            asked.permission_type};
}

DeleteAclsResponse::DeleteAclsMatchingAcl match_of(const metadata::AclImage& acl) {
  DeleteAclsResponse::DeleteAclsMatchingAcl match;
  match.error_message = std::nullopt;
  match.resource_type = acl.resource_type;
  match.resource_name = acl.resource_name;
  match.pattern_type = acl.pattern_type;
  match.principal = acl.principal;
  match.host = acl.host;
  match.operation = acl.operation;
  match.permission_type = acl.permission_type;
  return match;
}

Buffer refuse_all(const DeleteAclsRequest& request, std::int16_t version, const Refusal& refusal) {
  DeleteAclsResponse response;
  for (std::size_t i = 0; i < request.filters.size(); ++i) {
    auto& result = response.filter_results.emplace_back();
    result.error_code = protocol::to_wire(refusal.code);
    result.error_message = refusal.message.empty() ? std::nullopt : std::optional<std::string_view>(refusal.message);
  }
  return protocol::encode_body(response, version);
}

// 0 stands for UNKNOWN: Kafka takes such a request for none and hangs up.
bool has_unknown(const Filter& filter) {
  return filter.resource_type_filter == 0 || filter.pattern_type_filter == 0 || filter.operation == 0 ||
         filter.permission_type == 0;
}

// Whether each number is one of its enumeration.
bool is_known(const Filter& filter) {
  const auto within = [](std::int8_t value, std::int8_t last) { return value >= 1 && value <= last; };
  return within(filter.resource_type_filter, 7) && within(filter.pattern_type_filter, 4) &&
         within(filter.operation, 15) && within(filter.permission_type, 3);
}

}  // namespace

// KIP-140, KIP-290. An ACL that several filters match is answered for each and removed once.
Result<Decision> decide_delete_acls(const Context& context, std::int16_t version, Bytes body) {
  DeleteAclsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  if (std::ranges::any_of(request.filters, has_unknown)) return Error::corrupt;
  Decision decision;
  if (context.server.authorizer_class.empty()) {
    decision.response = refuse_all(request, version, {Errc::security_disabled, "No Authorizer is configured."});
    return decision;
  }
  DeleteAclsResponse response;
  std::set<Uuid> removed;
  for (const Filter& asked : request.filters) {
    auto& result = response.filter_results.emplace_back();
    result.error_message = std::nullopt;
    if (!is_known(asked)) {
      result.error_code = protocol::to_wire(Errc::invalid_request);
      result.error_message = "The filter has an unknown element.";
      continue;
    }
    const metadata::AclFilter filter = filter_of(asked);
    for (const auto* acl : context.image.acls()) {
      if (!metadata::matches(filter, *acl)) continue;
      result.matching_acls.push_back(match_of(*acl));
      if (!removed.insert(acl->id).second) continue;
      protocol::RemoveAccessControlEntryRecord record;
      record.id = acl->id;
      decision.record(record, 0);
    }
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_delete_acls(std::int16_t version, Bytes body, Errc code) {
  DeleteAclsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, {code, ""});
}

}  // namespace millrace::controller
