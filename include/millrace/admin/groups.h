#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

struct ListedGroup {
  std::string id;
  std::string protocol;  // "consumer", "connect", "share", ...
  std::string state;     // "Stable", "Empty", ...; empty before Kafka 2.6
  std::string type;      // "Classic", "Consumer", "Share", "Streams"; empty before Kafka 3.8
};

struct ListGroupsOptions : AdminOptions {
  std::vector<std::string> states;  // only these; empty: all
  std::vector<std::string> types;
};

struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assignment;
  std::vector<TopicPartition> target;  // groups of KIP-848 only
};

struct GroupDescription {
  std::string id;
  std::string type;      // "Classic" or "Consumer"
  std::string protocol;  // "consumer", ...
  std::string state;
  std::string assignor;
  std::int32_t epoch = -1;  // groups of KIP-848 only
  std::vector<GroupMember> members;
  std::int32_t coordinator = -1;  // the broker that answered for the group
};

}  // namespace millrace::client
