#include "client/admin/security.h"
#include "protocol/gen/create_delegation_token.h"
#include "protocol/gen/describe_delegation_token.h"
#include "protocol/gen/expire_delegation_token.h"
#include "protocol/gen/renew_delegation_token.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

constexpr std::int64_t kBrokersChoice = -1;  // of a lifetime or period; of an expiry: now

std::int64_t wire_period(const Period& period) { return period ? period->count() : kBrokersChoice; }

// What a new token and a described one have in common.
template <typename From>
DelegationToken token_of(const From& from) {
  DelegationToken to;
  to.id = std::string(from.token_id);
  to.hmac.assign(from.hmac.begin(), from.hmac.end());
  to.owner = {std::string(from.principal_type), std::string(from.principal_name)};
  to.requester = {std::string(from.token_requester_principal_type), std::string(from.token_requester_principal_name)};
  if (to.requester.name.empty()) to.requester = to.owner;
  return to;
}

// Renewing and expiring differ in the name of the period.
template <typename R, typename M>
void change_expiry(AdminCore& core, const char* what, Hmac hmac, std::int64_t M::*field, const Period& period,
                   Millis timeout, Done<std::int64_t> done) {
  ask<std::int64_t, R, M>(
      core, Target::any(), timeout,
      [hmac = std::move(hmac), field, period](std::int16_t) {
        M request;
        request.hmac = hmac;
        request.*field = wire_period(period);
        return request;
      },
      by_code,
      [what](const Answer<R>& answer) -> Result<std::int64_t> {
        const auto status = broker_status(answer.body.error_code, what);
        if (!status.ok()) return status.error();
        return answer.body.expiry_timestamp_ms;
      },
      std::move(done));
}

}  // namespace

void create_delegation_token(AdminCore& core, NewDelegationToken token, Millis timeout, Done<DelegationToken> done) {
  VersionRange versions = Cluster::stable_versions(CreateDelegationTokenRequest::kApi);
  if (token.owner) versions.min = 3;
  ask<DelegationToken, CreateDelegationTokenResponse, CreateDelegationTokenRequest>(
      core, Target::any(), timeout,
      [token](std::int16_t version) {
        CreateDelegationTokenRequest request;
        request.max_lifetime_ms = wire_period(token.max_lifetime);
        for (const auto& renewer : token.renewers) request.renewers.push_back({renewer.type, renewer.name});
        if (version >= 3) {
          request.owner_principal_type.reset();
          request.owner_principal_name.reset();
        }
        if (token.owner) {
          request.owner_principal_type = token.owner->type;
          request.owner_principal_name = token.owner->name;
        }
        return request;
      },
      by_code,
      [renewers = token.renewers](const Answer<CreateDelegationTokenResponse>& answer) -> Result<DelegationToken> {
        const auto& from = answer.body;
        const auto status = broker_status(from.error_code, "creating a delegation token");
        if (!status.ok()) return status.error();
        DelegationToken to = token_of(from);
        to.renewers = renewers;
        to.issue_ms = from.issue_timestamp_ms;
        to.expiry_ms = from.expiry_timestamp_ms;
        to.max_ms = from.max_timestamp_ms;
        return to;
      },
      std::move(done), versions);
}

void renew_delegation_token(AdminCore& core, Hmac hmac, Period period, Millis timeout, Done<std::int64_t> done) {
  change_expiry<RenewDelegationTokenResponse>(core, "renewing a delegation token", std::move(hmac),
                                              &RenewDelegationTokenRequest::renew_period_ms, period, timeout,
                                              std::move(done));
}

void expire_delegation_token(AdminCore& core, Hmac hmac, Period period, Millis timeout, Done<std::int64_t> done) {
  change_expiry<ExpireDelegationTokenResponse>(core, "expiring a delegation token", std::move(hmac),
                                               &ExpireDelegationTokenRequest::expiry_time_period_ms, period, timeout,
                                               std::move(done));
}

void describe_delegation_tokens(AdminCore& core, std::optional<std::vector<Principal>> owners, Millis timeout,
                                Done<std::vector<DelegationToken>> done) {
  using Tokens = std::vector<DelegationToken>;
  ask<Tokens, DescribeDelegationTokenResponse, DescribeDelegationTokenRequest>(
      core, Target::any(), timeout,
      [owners = std::move(owners)](std::int16_t) {
        DescribeDelegationTokenRequest request;
        if (!owners) request.owners.reset();
        for (std::size_t i = 0; owners && i < owners->size(); ++i) {
          request.owners->push_back({(*owners)[i].type, (*owners)[i].name});
        }
        return request;
      },
      by_code,
      [](const Answer<DescribeDelegationTokenResponse>& answer) -> Result<Tokens> {
        const auto status = broker_status(answer.body.error_code, "describing delegation tokens");
        if (!status.ok()) return status.error();
        Tokens tokens;
        for (const auto& from : answer.body.tokens) {
          DelegationToken to = token_of(from);
          for (const auto& renewer : from.renewers) {
            to.renewers.push_back({std::string(renewer.principal_type), std::string(renewer.principal_name)});
          }
          to.issue_ms = from.issue_timestamp;
          to.expiry_ms = from.expiry_timestamp;
          to.max_ms = from.max_timestamp;
          tokens.push_back(std::move(to));
        }
        return tokens;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
