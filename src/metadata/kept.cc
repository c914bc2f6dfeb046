#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "metadata/draft.h"

namespace millrace::metadata {
namespace {

void put(Draft& draft, std::int16_t type, std::string key, Bytes value) {
  draft.state.kept.set(KeptKey{type, std::move(key)}, Buffer::copy_of(value));
}
void drop(Draft& draft, std::int16_t type, std::string key) { draft.state.kept.erase(KeptKey{type, std::move(key)}); }

// Strings side by side, each behind its length, so that no two lists look the same.
void append(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

std::string scram_key(std::string_view user, std::int8_t mechanism) {
  std::string key;
  append(key, user);
  return key + std::to_string(mechanism);
}

}  // namespace

Outcome keep(Draft& draft, Bytes value, const protocol::ClientQuotaRecord& record) {
  std::vector<std::string> entities;
  for (const auto& entity : record.entity) {
    std::string text;
    append(text, entity.entity_type);
    if (entity.entity_name) append(text, *entity.entity_name);
    entities.push_back(std::move(text));
  }
  std::sort(entities.begin(), entities.end());
  std::string key;
  for (const std::string& entity : entities) append(key, entity);
  append(key, record.key);
  if (record.remove) {
    drop(draft, protocol::ClientQuotaRecord::kType, std::move(key));
  } else {
    put(draft, protocol::ClientQuotaRecord::kType, std::move(key), value);
  }
  return {};
}

Outcome keep(Draft& draft, Bytes value, const protocol::AccessControlEntryRecord& record) {
  put(draft, protocol::AccessControlEntryRecord::kType, record.id.text(), value);
  return {};
}

Outcome keep(Draft& draft, Bytes, const protocol::RemoveAccessControlEntryRecord& record) {
  drop(draft, protocol::AccessControlEntryRecord::kType, record.id.text());
  return {};
}

Outcome keep(Draft& draft, Bytes value, const protocol::UserScramCredentialRecord& record) {
  put(draft, protocol::UserScramCredentialRecord::kType, scram_key(record.name, record.mechanism), value);
  return {};
}

Outcome keep(Draft& draft, Bytes, const protocol::RemoveUserScramCredentialRecord& record) {
  drop(draft, protocol::UserScramCredentialRecord::kType, scram_key(record.name, record.mechanism));
  return {};
}

Outcome keep(Draft& draft, Bytes value, const protocol::DelegationTokenRecord& record) {
  put(draft, protocol::DelegationTokenRecord::kType, std::string(record.token_id), value);
  return {};
}

Outcome keep(Draft& draft, Bytes, const protocol::RemoveDelegationTokenRecord& record) {
  drop(draft, protocol::DelegationTokenRecord::kType, std::string(record.token_id));
  return {};
}

Outcome keep(Draft& draft, Bytes value, const protocol::ZkMigrationStateRecord&) {
  put(draft, protocol::ZkMigrationStateRecord::kType, "", value);
  return {};
}

}  // namespace millrace::metadata
