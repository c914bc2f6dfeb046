#include <algorithm>

#include "base/sha2.h"
#include "client/admin/quotas.h"
#include "protocol/gen/alter_user_scram_credentials.h"
#include "protocol/gen/describe_user_scram_credentials.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

constexpr std::size_t kSaltBytes = 32;
constexpr std::int32_t kMostIterations = 16'384;  // brokers refuse more, and the hash of many takes hours

// A change as it is sent: the password itself stays here.
struct Prepared {
  std::string user;
  std::int8_t mechanism = 0;
  std::int32_t iterations = 0;
  std::string salt;
  std::vector<std::byte> salted;  // empty: the credential is removed
};

Prepared prepare(const ScramChange& change, ports::Random& random) {
  Prepared result{change.user, static_cast<std::int8_t>(change.mechanism), change.iterations, change.salt, {}};
  if (!change.password) return result;
  while (change.salt.empty() && result.salt.size() < kSaltBytes) {
    const std::uint64_t word = random.secure();
    result.salt.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  const Digest kind = change.mechanism == ScramMechanism::sha512 ? Digest::sha512 : Digest::sha256;
  const auto rounds = static_cast<std::uint32_t>(std::clamp(change.iterations, 1, kMostIterations));
  result.salted = stretched(kind, std::as_bytes(std::span(*change.password)), std::as_bytes(std::span(result.salt)),
                            rounds);
  return result;
}

}  // namespace

void describe_scram_users(AdminCore& core, std::vector<std::string> users, Millis timeout, Done<ScramUsers> done) {
  ask<ScramUsers, DescribeUserScramCredentialsResponse, DescribeUserScramCredentialsRequest>(
      core, Target::any(), timeout,
      [users = std::move(users)](std::int16_t) {
        DescribeUserScramCredentialsRequest request;
        if (users.empty()) request.users.reset();
        for (const auto& user : users) request.users->push_back({user});
        return request;
      },
      by_code,
      [](const Answer<DescribeUserScramCredentialsResponse>& answer) -> Result<ScramUsers> {
        const auto& body = answer.body;
        const auto status = broker_status(body.error_code, "describing users", text(body.error_message));
        if (!status.ok()) return status.error();
        ScramUsers found;
        for (const auto& from : body.results) {
          const std::string user(from.user);
          if (from.error_code != 0) {
            found.push_back({user, broker_error(from_wire(from.error_code), "describing user " + user,
                                                text(from.error_message))});
            continue;
          }
          std::vector<ScramCredential> credentials;
          for (const auto& info : from.credential_infos) {
            credentials.push_back({static_cast<ScramMechanism>(info.mechanism), info.iterations});
          }
          found.push_back({user, std::move(credentials)});
        }
        return found;
      },
      std::move(done));
}

void alter_scram_users(AdminCore& core, std::vector<ScramChange> changes, Millis timeout,
                       Done<Items<std::string>> done) {
  std::vector<Prepared> prepared;
  for (const auto& change : changes) prepared.push_back(prepare(change, core.shard.random));
  ask<Items<std::string>, AlterUserScramCredentialsResponse, AlterUserScramCredentialsRequest>(
      core, Target::controller(), timeout,
      [prepared = std::move(prepared)](std::int16_t) {
        AlterUserScramCredentialsRequest request;
        for (const auto& change : prepared) {
          if (change.salted.empty()) {
            request.deletions.push_back({change.user, change.mechanism});
            continue;
          }
          auto& entry = request.upsertions.emplace_back();
          entry.name = change.user;
          entry.mechanism = change.mechanism;
          entry.iterations = change.iterations;
          entry.salt = std::as_bytes(std::span(change.salt));
          entry.salted_password = change.salted;
        }
        return request;
      },
      never_again,
      [](const Answer<AlterUserScramCredentialsResponse>& answer) -> Result<Items<std::string>> {
        Items<std::string> items;
        for (const auto& from : answer.body.results) {
          const std::string user(from.user);
          items.push_back({user, broker_status(from.error_code, "altering user " + user, text(from.error_message))});
        }
        return items;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
