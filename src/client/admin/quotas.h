#pragma once

#include "client/admin/core.h"
#include "millrace/admin/quotas.h"

// Operations on quotas and on users' credentials; conventions as in topics.h.
namespace millrace::client::admin {

using Quotas = std::map<QuotaEntity, QuotaValues>;
using ScramUsers = Items<std::string, std::vector<ScramCredential>>;

void describe_quotas(AdminCore& core, std::vector<QuotaFilter> conditions, bool strict, Millis timeout,
                     Done<Quotas> done);
void alter_quotas(AdminCore& core, std::vector<QuotaChange> changes, bool validate_only, Millis timeout,
                  Done<Items<QuotaEntity>> done);
void describe_scram_users(AdminCore& core, std::vector<std::string> users, Millis timeout, Done<ScramUsers> done);
void alter_scram_users(AdminCore& core, std::vector<ScramChange> changes, Millis timeout,
                       Done<Items<std::string>> done);

}  // namespace millrace::client::admin
