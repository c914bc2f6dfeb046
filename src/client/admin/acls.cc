#include <memory>

#include "client/admin/security.h"
#include "protocol/gen/create_acls.h"
#include "protocol/gen/delete_acls.h"
#include "protocol/gen/describe_acls.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

// A filter as requests have it; points into `filter`.
template <typename Wire>
void put_filter(const AclFilter& filter, Wire& wire) {
  wire.resource_type_filter = static_cast<std::int8_t>(filter.resource);
  wire.pattern_type_filter = static_cast<std::int8_t>(filter.pattern);
  wire.operation = static_cast<std::int8_t>(filter.operation);
  wire.permission_type = static_cast<std::int8_t>(filter.permission);
  wire.resource_name_filter = filter.name;
  wire.principal_filter = filter.principal;
  wire.host_filter = filter.host;
}

// An ACL from the two parts in which answers have it.
template <typename Resource, typename Entry>
Acl acl_of(const Resource& resource, const Entry& entry) {
  return {static_cast<AclResource>(resource.resource_type), std::string(resource.resource_name),
          static_cast<AclPattern>(resource.pattern_type),   std::string(entry.principal),
          std::string(entry.host),                          static_cast<AclOperation>(entry.operation),
          static_cast<AclPermission>(entry.permission_type)};
}

std::string named(const char* what, const Acl& acl) { return std::string(what) + " of " + acl.principal; }

// Passing errors of any of the answer's parts are reason to ask again: each part is carried out once at most.
template <typename Parts>
Errc passing(const Parts& parts) {
  for (const auto& part : parts) {
    if (protocol::retriable(from_wire(part.error_code))) return from_wire(part.error_code);
  }
  return Errc::none;
}

}  // namespace

void describe_acls(AdminCore& core, AclFilter filter, Millis timeout, Done<std::vector<Acl>> done) {
  ask<std::vector<Acl>, DescribeAclsResponse, DescribeAclsRequest>(
      core, Target::any(), timeout,
      [filter = std::move(filter)](std::int16_t) {
        DescribeAclsRequest request;
        put_filter(filter, request);
        return request;
      },
      by_code,
      [](const Answer<DescribeAclsResponse>& answer) -> Result<std::vector<Acl>> {
        const auto status = broker_status(answer.body.error_code, "describing ACLs", text(answer.body.error_message));
        if (!status.ok()) return status.error();
        std::vector<Acl> acls;
        for (const auto& resource : answer.body.resources) {
          for (const auto& entry : resource.acls) acls.push_back(acl_of(resource, entry));
        }
        return acls;
      },
      std::move(done));
}

void create_acls(AdminCore& core, std::vector<Acl> acls, Millis timeout, Done<Items<Acl>> done) {
  auto asked = std::make_shared<const std::vector<Acl>>(std::move(acls));
  ask<Items<Acl>, CreateAclsResponse, CreateAclsRequest>(
      core, Target::any(), timeout,
      [asked](std::int16_t) {
        CreateAclsRequest request;
        for (const Acl& acl : *asked) {
          request.creations.push_back({static_cast<std::int8_t>(acl.resource), acl.name,
                                       static_cast<std::int8_t>(acl.pattern), acl.principal, acl.host,
                                       static_cast<std::int8_t>(acl.operation),
                                       static_cast<std::int8_t>(acl.permission)});
        }
        return request;
      },
      [](const Answer<CreateAclsResponse>& answer) { return passing(answer.body.results); },
      [asked](const Answer<CreateAclsResponse>& answer) -> Result<Items<Acl>> {
        Items<Acl> items;
        const auto& results = answer.body.results;
        for (std::size_t i = 0; i < asked->size() && i < results.size(); ++i) {
          const Acl& acl = (*asked)[i];
          items.push_back({acl, broker_status(results[i].error_code, named("creating an ACL", acl),
                                              text(results[i].error_message))});
        }
        return items;
      },
      std::move(done));
}

void delete_acls(AdminCore& core, std::vector<AclFilter> filters, Millis timeout, Done<DeletedAcls> done) {
  auto asked = std::make_shared<const std::vector<AclFilter>>(std::move(filters));
  ask<DeletedAcls, DeleteAclsResponse, DeleteAclsRequest>(
      core, Target::any(), timeout,
      [asked](std::int16_t) {
        DeleteAclsRequest request;
        for (const AclFilter& filter : *asked) put_filter(filter, request.filters.emplace_back());
        return request;
      },
      [](const Answer<DeleteAclsResponse>& answer) { return passing(answer.body.filter_results); },
      [asked](const Answer<DeleteAclsResponse>& answer) -> Result<DeletedAcls> {
        DeletedAcls all;
        const auto& results = answer.body.filter_results;
        for (std::size_t i = 0; i < asked->size() && i < results.size(); ++i) {
          const auto status = broker_status(results[i].error_code, "deleting ACLs", text(results[i].error_message));
          if (!status.ok()) {
            all.push_back({(*asked)[i], status.error()});
            continue;
          }
          Items<Acl> deleted;
          for (const auto& match : results[i].matching_acls) {
            const Acl acl = acl_of(match, match);
            deleted.push_back({acl, broker_status(match.error_code, named("deleting an ACL", acl),
                                                  text(match.error_message))});
          }
          all.push_back({(*asked)[i], std::move(deleted)});
        }
        return all;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
