#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

// What ListGroups, DescribeGroups and DeleteGroups ask and get, as values that travel between shards: each shard
// answers for the groups it coordinates, and the shard of the connection puts the answers together.
namespace millrace::groups {

// KIP-518, KIP-848: which groups are wanted; an empty list means all. Names count in any case, one that nobody knows
// matches nothing.
struct ListQuery {
  std::vector<std::string> states;
  std::vector<std::string> types;

  bool wants(std::string_view state, std::string_view type) const;
};

struct ListedGroup {
  std::string id;
  std::string protocol_type;
  std::string state;
  std::string_view type;  // "classic", "consumer", "share", "streams"
};
struct ListAnswer {
  std::int16_t error = 0;  // COORDINATOR_LOAD_IN_PROGRESS: some partition is being read, and there is no list
  std::vector<ListedGroup> groups;
};

struct DescribedGroup {
  struct Member {
    std::string id;
    std::optional<std::string> instance_id;
    std::string client_id;
    std::string client_host;
    Buffer metadata;    // empty unless the group is stable
    Buffer assignment;  // the last one
  };
  std::string id;
  std::int16_t error = 0;
  std::string message;  // to the error
  std::string state;
  std::string protocol_type;
  std::string protocol;
  std::vector<Member> members;
};

struct DeletedGroup {
  std::string id;
  std::int16_t error = 0;
};

}  // namespace millrace::groups
