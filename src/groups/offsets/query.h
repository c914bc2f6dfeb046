#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "protocol/gen/offset_fetch.h"

namespace millrace::groups {

// Offsets of one group, as OffsetFetch asks for them. A topic is named (versions up to 9) or given by id (10).
struct OffsetQuery {
  struct Topic {
    std::string name;
    Uuid id;
    std::vector<std::int32_t> partitions;
  };
  std::string group_id;
  std::optional<std::string> member_id;  // with the epoch: of a group of the new protocol
  std::int32_t member_epoch = -1;
  bool all_topics = false;  // `topics` is not used
  std::vector<Topic> topics;
  bool require_stable = false;
  std::int16_t version = 0;
};

struct OffsetAnswer {
  struct Partition {
    std::int32_t index = 0;
    std::int64_t offset = -1;
    std::int32_t leader_epoch = -1;
    std::string metadata;
    std::int16_t error = 0;
  };
  struct Topic {
    std::string name;
    Uuid id;
    std::vector<Partition> partitions;
  };
  std::string group_id;
  std::int16_t error = 0;
  std::vector<Topic> topics;
};

// Cuts an OffsetFetch into one query per group (version 8 and later may ask about several), each for the shard of its
// group, and puts the answers (in the order of the queries) together again as a response body.
std::vector<OffsetQuery> split_offset_fetch(const protocol::OffsetFetchRequest& request, std::int16_t version);
Buffer encode_offset_fetch(const std::vector<OffsetAnswer>& answers, std::int16_t version);

}  // namespace millrace::groups
