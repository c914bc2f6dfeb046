#include <memory>
#include <string>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

Outcome replay(Draft& draft, const protocol::UserScramCredentialRecord& record) {
  ScramImage credential;
  credential.salt = Buffer::copy_of(record.salt);
  credential.stored_key = Buffer::copy_of(record.stored_key);
  credential.server_key = Buffer::copy_of(record.server_key);
  credential.iterations = record.iterations;
  draft.state.scram.set(ScramKey{std::string(record.name), record.mechanism},
                        std::make_shared<const ScramImage>(std::move(credential)));
  return {};
}

Outcome replay(Draft& draft, const protocol::RemoveUserScramCredentialRecord& record) {
  if (draft.state.scram.erase(ScramKey{std::string(record.name), record.mechanism})) return {};
  return "user " + std::string(record.name) + " has no credential of mechanism " + std::to_string(record.mechanism);
}

}  // namespace millrace::metadata
