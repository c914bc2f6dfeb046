#include "client/admin/security.h"
#include "sdk/admin_impl.h"

namespace millrace::client {

Future<std::vector<Acl>> Admin::describe_acls(AclFilter filter, AdminOptions options) {
  return impl_->run<std::vector<Acl>>(options, admin::describe_acls, std::move(filter));
}

Future<Items<Acl>> Admin::create_acls(std::vector<Acl> acls, AdminOptions options) {
  return impl_->run<Items<Acl>>(options, admin::create_acls, std::move(acls));
}

Future<Items<AclFilter, Items<Acl>>> Admin::delete_acls(std::vector<AclFilter> filters, AdminOptions options) {
  return impl_->run<admin::DeletedAcls>(options, admin::delete_acls, std::move(filters));
}

Future<DelegationToken> Admin::create_delegation_token(NewDelegationToken token, AdminOptions options) {
  return impl_->run<DelegationToken>(options, admin::create_delegation_token, std::move(token));
}

Future<std::int64_t> Admin::renew_delegation_token(std::vector<std::byte> hmac,
                                                   std::optional<std::chrono::milliseconds> period,
                                                   AdminOptions options) {
  return impl_->run<std::int64_t>(options, admin::renew_delegation_token, std::move(hmac), period);
}

Future<std::int64_t> Admin::expire_delegation_token(std::vector<std::byte> hmac,
                                                    std::optional<std::chrono::milliseconds> period,
                                                    AdminOptions options) {
  return impl_->run<std::int64_t>(options, admin::expire_delegation_token, std::move(hmac), period);
}

Future<std::vector<DelegationToken>> Admin::describe_delegation_tokens(std::optional<std::vector<Principal>> owners,
                                                                       AdminOptions options) {
  return impl_->run<std::vector<DelegationToken>>(options, admin::describe_delegation_tokens, std::move(owners));
}

}  // namespace millrace::client
