#include "client/admin/security.h"
#include "sdk/admin_impl.h"

namespace millrace::client {

Future<std::vector<Acl>> Admin::describe_acls(AclFilter filter, AdminOptions options) {
  return run<std::vector<Acl>>(impl_, options, admin::describe_acls, std::move(filter));
}

Future<Items<Acl>> Admin::create_acls(std::vector<Acl> acls, AdminOptions options) {
  return run<Items<Acl>>(impl_, options, admin::create_acls, std::move(acls));
}

Future<Items<AclFilter, Items<Acl>>> Admin::delete_acls(std::vector<AclFilter> filters, AdminOptions options) {
  return run<admin::DeletedAcls>(impl_, options, admin::delete_acls, std::move(filters));
}

Future<DelegationToken> Admin::create_delegation_token(NewDelegationToken token, AdminOptions options) {
  return run<DelegationToken>(impl_, options, admin::create_delegation_token, std::move(token));
}

Future<std::int64_t> Admin::renew_delegation_token(std::vector<std::byte> hmac,
                                                   std::optional<std::chrono::milliseconds> period,
                                                   AdminOptions options) {
  return run<std::int64_t>(impl_, options, admin::renew_delegation_token, std::move(hmac), period);
}

Future<std::int64_t> Admin::expire_delegation_token(std::vector<std::byte> hmac,
                                                    std::optional<std::chrono::milliseconds> period,
                                                    AdminOptions options) {
  return run<std::int64_t>(impl_, options, admin::expire_delegation_token, std::move(hmac), period);
}

Future<std::vector<DelegationToken>> Admin::describe_delegation_tokens(std::optional<std::vector<Principal>> owners,
                                                                       AdminOptions options) {
  return run<std::vector<DelegationToken>>(impl_, options, admin::describe_delegation_tokens, std::move(owners));
}

}  // namespace millrace::client
