#include <algorithm>
#include <vector>

#include "controller/apis.h"
#include "protocol/gen/access_control_entry_record.h"
#include "protocol/gen/create_acls.h"

namespace millrace::controller {
namespace {

using protocol::CreateAclsRequest;
using protocol::CreateAclsResponse;
using protocol::Errc;
using Creation = CreateAclsRequest::AclCreation;

// The numbers of the protocol's enumerations that an ACL may have; 0 is none and 1 means any.
constexpr std::int8_t kCluster = 4;
constexpr std::int8_t kLastResourceType = 7;
constexpr std::int8_t kLiteral = 3;
constexpr std::int8_t kPrefixed = 4;
constexpr std::int8_t kLastOperation = 15;
constexpr std::int8_t kDeny = 2;
constexpr std::int8_t kAllow = 3;

// 0 stands for UNKNOWN: Kafka takes such a request for none and hangs up.
bool has_unknown(const Creation& acl) {
  return acl.resource_type == 0 || acl.resource_pattern_type == 0 || acl.operation == 0 || acl.permission_type == 0;
}

Refusal check(const Creation& acl) {
  if (acl.resource_type == kCluster && acl.resource_name != "kafka-cluster") {
    return {Errc::invalid_request, "The only valid name for the CLUSTER resource is kafka-cluster"};
  }
  if (acl.resource_name.empty()) return {Errc::invalid_request, "Invalid empty resource name"};
  if (acl.resource_type < 2 || acl.resource_type > kLastResourceType) {
    return {Errc::invalid_request, "Invalid resourceType " + std::to_string(acl.resource_type)};
  }
  if (acl.resource_pattern_type != kLiteral && acl.resource_pattern_type != kPrefixed) {
    return {Errc::invalid_request, "Invalid patternType " + std::to_string(acl.resource_pattern_type)};
  }
  if (acl.operation < 2 || acl.operation > kLastOperation) {
    return {Errc::invalid_request, "Invalid operation " + std::to_string(acl.operation)};
  }
  if (acl.permission_type != kDeny && acl.permission_type != kAllow) {
    return {Errc::invalid_request, "Invalid permissionType " + std::to_string(acl.permission_type)};
  }
  if (acl.principal.find(':') == std::string_view::npos) {
    return {Errc::invalid_request, "Could not parse principal from `" + std::string(acl.principal) +
                                       "` (no colon is present separating the principal type from the principal name)"};
  }
  return {};
}

metadata::AclImage image_of(const Creation& acl) {
  return {Uuid(),
          acl.resource_type,
          std::string(acl.resource_name),
          acl.resource_pattern_type,
          std::string(acl.principal),
          std::string(acl.host),
          acl.operation,
          acl.permission_type};
}

class Creations {
 public:
  Creations(const Context& context, Decision& decision) : context_(context), decision_(decision) {
    for (const auto* acl : context.image.acls()) known_.push_back(without_id(*acl));
  }

  // One that is there already is not recorded again.
  void create(const Creation& wanted) {
    metadata::AclImage acl = image_of(wanted);
    if (std::find(known_.begin(), known_.end(), acl) != known_.end()) return;
    protocol::AccessControlEntryRecord record;
    record.id = context_.random.uuid();
    record.resource_type = wanted.resource_type;
    record.resource_name = wanted.resource_name;
    record.pattern_type = wanted.resource_pattern_type;
    record.principal = wanted.principal;
    record.host = wanted.host;
    record.operation = wanted.operation;
    record.permission_type = wanted.permission_type;
    decision_.record(record, 0);
    known_.push_back(std::move(acl));
  }

 private:
  static metadata::AclImage without_id(metadata::AclImage acl) {
    acl.id = Uuid();
    return acl;
  }

  const Context& context_;
  Decision& decision_;
  std::vector<metadata::AclImage> known_;
};

Buffer refuse_all(const CreateAclsRequest& request, std::int16_t version, const Refusal& refusal) {
  CreateAclsResponse response;
  for (std::size_t i = 0; i < request.creations.size(); ++i) {
    auto& result = response.results.emplace_back();
    result.error_code = protocol::to_wire(refusal.code);
    result.error_message = refusal.message.empty() ? std::nullopt : std::optional<std::string_view>(refusal.message);
  }
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-140, KIP-290. Without an authorizer there are no access rules to change.
Result<Decision> decide_create_acls(const Context& context, std::int16_t version, Bytes body) {
  CreateAclsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  if (std::ranges::any_of(request.creations, has_unknown)) return Error::corrupt;
  Decision decision;
  if (context.server.authorizer_class.empty()) {
    decision.response = refuse_all(request, version, {Errc::security_disabled, "No Authorizer is configured."});
    return decision;
  }
  Texts texts;
  CreateAclsResponse response;
  Creations creations(context, decision);
  for (const Creation& acl : request.creations) {
    const Refusal refusal = check(acl);
    if (refusal.code == Errc::none) creations.create(acl);
    auto& result = response.results.emplace_back();
    result.error_code = protocol::to_wire(refusal.code);
    result.error_message = texts.keep(refusal.message);
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_create_acls(std::int16_t version, Bytes body, Errc code) {
  CreateAclsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, {code, ""});
}

}  // namespace millrace::controller
