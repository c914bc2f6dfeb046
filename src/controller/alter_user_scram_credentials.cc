#include <algorithm>
#include <map>
#include <utility>

#include "base/sha2.h"
#include "controller/apis.h"
#include "protocol/gen/alter_user_scram_credentials.h"
#include "protocol/gen/remove_user_scram_credential_record.h"
#include "protocol/gen/user_scram_credential_record.h"

namespace millrace::controller {
namespace {

using protocol::AlterUserScramCredentialsRequest;
using protocol::AlterUserScramCredentialsResponse;
using protocol::Errc;
using Deletion = AlterUserScramCredentialsRequest::ScramCredentialDeletion;
using Upsertion = AlterUserScramCredentialsRequest::ScramCredentialUpsertion;

constexpr std::int16_t kScramSince = 11;  // metadata.version 3.5-IV2
constexpr std::int8_t kSha256 = 1;
constexpr std::int8_t kSha512 = 2;
constexpr std::int32_t kLeastIterations = 4096;
constexpr std::int32_t kMostIterations = 16384;

void answer(std::string_view user, const Refusal& refusal, Texts& texts, AlterUserScramCredentialsResponse& response) {
  auto& result = response.results.emplace_back();
  result.user = user;
  result.error_code = protocol::to_wire(refusal.code);
  result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
}

Refusal check(const Context& context, std::string_view user, std::int8_t mechanism) {
  if (context.image.feature("metadata.version") < kScramSince) {
    return {Errc::unsupported_version, "The current metadata.version does not support SCRAM"};
  }
  if (user.empty()) return {Errc::unacceptable_credential, "Username must not be empty"};
  if (mechanism != kSha256 && mechanism != kSha512) {
    return {Errc::unsupported_sasl_mechanism, "Unknown SCRAM mechanism"};
  }
  return {};
}

Refusal check(const Context& context, const Deletion& deletion) {
  Refusal refusal = check(context, deletion.name, deletion.mechanism);
  if (refusal.code != Errc::none) return refusal;
  if (context.image.scram({std::string(deletion.name), deletion.mechanism}) != nullptr) return {};
  return {Errc::resource_not_found, "Attempt to delete a user credential that does not exist"};
}

Refusal check(const Context& context, const Upsertion& upsertion) {
  Refusal refusal = check(context, upsertion.name, upsertion.mechanism);
  if (refusal.code != Errc::none) return refusal;
  if (upsertion.iterations < kLeastIterations) return {Errc::unacceptable_credential, "Too few iterations"};
  if (upsertion.iterations > kMostIterations) return {Errc::unacceptable_credential, "Too many iterations"};
  // An HMAC with an empty key is refused by Java's library.
  if (upsertion.salted_password.empty()) return {Errc::unknown_server_error, ""};
  return {};
}

void record(const Deletion& deletion, Decision& decision) {
  protocol::RemoveUserScramCredentialRecord record;
  record.name = deletion.name;
  record.mechanism = deletion.mechanism;
  decision.record(record, 0);
}

// The server keeps what it needs to check a proof, and cannot make one itself (RFC 5802, section 3).
void record(const Upsertion& upsertion, Decision& decision) {
  const Digest kind = upsertion.mechanism == kSha256 ? Digest::sha256 : Digest::sha512;
  const auto client_key = hmac(kind, upsertion.salted_password, as_bytes("Client Key"));
  const auto stored_key = digest(kind, client_key);
  const auto server_key = hmac(kind, upsertion.salted_password, as_bytes("Server Key"));
  protocol::UserScramCredentialRecord record;
  record.name = upsertion.name;
  record.mechanism = upsertion.mechanism;
  record.salt = upsertion.salt;
  record.stored_key = stored_key;
  record.server_key = server_key;
  record.iterations = upsertion.iterations;
  decision.record(record, 0);
}

// What the request wants of each user: one change, or why none is made.
class Changes {
 public:
  Changes(const Context& context, const AlterUserScramCredentialsRequest& request) {
    for (const Deletion& deletion : request.deletions) add(context, deletion, &Change::deletion);
    for (const Upsertion& upsertion : request.upsertions) add(context, upsertion, &Change::upsertion);
  }

  void answer_all(Texts& texts, AlterUserScramCredentialsResponse& response, Decision& decision) const {
    for (const auto& [user, change] : by_user_) {
      if (change.deletion != nullptr) record(*change.deletion, decision);
      if (change.upsertion != nullptr) record(*change.upsertion, decision);
      answer(user, change.refusal, texts, response);
    }
  }

 private:
  struct Change {
    const Deletion* deletion = nullptr;
    const Upsertion* upsertion = nullptr;
    Refusal refusal;
  };

  template <typename T>
  void add(const Context& context, const T& wanted, const T* Change::*member) {
    const auto [at, first] = by_user_.try_emplace(wanted.name);
    Change& change = at->second;
    if (!first) {
      const Errc found = change.refusal.code;
      if (found != Errc::none && found != Errc::unknown_server_error) return;  // which is found last of all
      change = {nullptr, nullptr,
                {Errc::duplicate_resource, "A user credential cannot be altered twice in the same request"}};
      return;
    }
    change.refusal = check(context, wanted);
    if (change.refusal.code == Errc::none) change.*member = &wanted;
  }

  std::map<std::string_view, Change> by_user_;
};

}  // namespace

// KIP-554. Each user stands alone.
Result<Decision> decide_alter_user_scram_credentials(const Context& context, std::int16_t version, Bytes body) {
  AlterUserScramCredentialsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Texts texts;
  Decision decision;
  AlterUserScramCredentialsResponse response;
  Changes(context, request).answer_all(texts, response, decision);
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_alter_user_scram_credentials(std::int16_t version, Bytes body, Errc code) {
  AlterUserScramCredentialsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  Texts texts;
  AlterUserScramCredentialsResponse response;
  std::map<std::string_view, bool> users;
  for (const auto& deletion : request.deletions) users[deletion.name];
  for (const auto& upsertion : request.upsertions) users[upsertion.name];
  for (const auto& [user, seen] : users) answer(user, {code, ""}, texts, response);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
