#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

// What an ACL is about. In filters, `any` takes all.
enum class AclResource : std::int8_t {
  unknown = 0, any = 1, topic = 2, group = 3, cluster = 4, transactional_id = 5, delegation_token = 6, user = 7,
};
// How an ACL's name is meant (KIP-290). In filters, `match` takes every ACL that applies to the name.
enum class AclPattern : std::int8_t { unknown = 0, any = 1, match = 2, literal = 3, prefixed = 4 };
enum class AclOperation : std::int8_t {
  unknown = 0, any = 1, all = 2, read = 3, write = 4, create = 5, remove = 6, alter = 7, describe = 8,
  cluster_action = 9, describe_configs = 10, alter_configs = 11, idempotent_write = 12, create_tokens = 13,
  describe_tokens = 14, two_phase_commit = 15,
};
enum class AclPermission : std::int8_t { unknown = 0, any = 1, deny = 2, allow = 3 };

// Who may do what with which resources (KIP-11).
struct Acl {
  AclResource resource = AclResource::topic;
  std::string name;  // "kafka-cluster" of the cluster; "*" with a literal pattern: all
  AclPattern pattern = AclPattern::literal;
  std::string principal;  // "User:alice"
  std::string host = "*";
  AclOperation operation = AclOperation::all;
  AclPermission permission = AclPermission::allow;
  friend bool operator==(const Acl&, const Acl&) = default;
};

// Which ACLs; what is left as it is takes all.
struct AclFilter {
  AclResource resource = AclResource::any;
  std::optional<std::string> name;
  AclPattern pattern = AclPattern::any;
  std::optional<std::string> principal;
  std::optional<std::string> host;
  AclOperation operation = AclOperation::any;
  AclPermission permission = AclPermission::any;
  friend bool operator==(const AclFilter&, const AclFilter&) = default;
};

// Who somebody is to the brokers: "User:alice".
struct Principal {
  std::string type = "User";
  std::string name;
  friend bool operator==(const Principal&, const Principal&) = default;
};

// A delegation token (KIP-48): lets whoever knows id and hmac authenticate as its owner, by SCRAM.
struct DelegationToken {
  std::string id;
  std::vector<std::byte> hmac;
  Principal owner;
  Principal requester;  // as the owner, before Kafka 3.3
  std::vector<Principal> renewers;
  std::int64_t issue_ms = -1;
  std::int64_t expiry_ms = -1;
  std::int64_t max_ms = -1;  // beyond which it cannot be renewed
};

// A token to be made.
struct NewDelegationToken {
  std::optional<Principal> owner;  // none: who asks; others: KIP-373, Kafka 3.3
  std::vector<Principal> renewers;
  std::optional<std::chrono::milliseconds> max_lifetime;  // none: delegation.token.max.lifetime.ms
};

}  // namespace millrace::client
