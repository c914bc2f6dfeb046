#pragma once

#include "client/admin/core.h"
#include "millrace/admin/security.h"

// Operations on ACLs and delegation tokens; conventions as in topics.h.
namespace millrace::client::admin {

using DeletedAcls = Items<AclFilter, Items<Acl>>;
using Hmac = std::vector<std::byte>;
using Period = std::optional<std::chrono::milliseconds>;

void describe_acls(AdminCore& core, AclFilter filter, Millis timeout, Done<std::vector<Acl>> done);
void create_acls(AdminCore& core, std::vector<Acl> acls, Millis timeout, Done<Items<Acl>> done);
void delete_acls(AdminCore& core, std::vector<AclFilter> filters, Millis timeout, Done<DeletedAcls> done);
void create_delegation_token(AdminCore& core, NewDelegationToken token, Millis timeout, Done<DelegationToken> done);
void renew_delegation_token(AdminCore& core, Hmac hmac, Period period, Millis timeout, Done<std::int64_t> done);
void expire_delegation_token(AdminCore& core, Hmac hmac, Period period, Millis timeout, Done<std::int64_t> done);
void describe_delegation_tokens(AdminCore& core, std::optional<std::vector<Principal>> owners, Millis timeout,
                                Done<std::vector<DelegationToken>> done);

}  // namespace millrace::client::admin
