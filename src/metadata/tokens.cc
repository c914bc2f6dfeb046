#include <memory>
#include <string>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

// A renewal is recorded as the whole token again.
Outcome replay(Draft& draft, const protocol::DelegationTokenRecord& record) {
  TokenImage token;
  token.id = record.token_id;
  token.owner = record.owner;
  token.requester = record.requester;
  for (const std::string_view renewer : record.renewers) token.renewers.emplace_back(renewer);
  token.issued = WallTime(record.issue_timestamp);
  token.expires = WallTime(record.expiration_timestamp);
  token.expires_at_last = WallTime(record.max_timestamp);
  const std::string id = token.id;
  draft.state.tokens.set(id, std::make_shared<const TokenImage>(std::move(token)));
  return {};
}

// Two sweeps of one controller may each record the end of an expired token, so one that is gone already is fine.
Outcome replay(Draft& draft, const protocol::RemoveDelegationTokenRecord& record) {
  draft.state.tokens.erase(record.token_id);
  return {};
}

}  // namespace millrace::metadata
