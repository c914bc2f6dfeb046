#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "client/cluster.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

using Offsets = std::map<TopicPartition, OffsetAndMetadata>;

// Who commits: a member of a generation (of an epoch, with KIP-848), or with -1 and no member id somebody outside of
// the group's membership.
struct GroupIdentity {
  std::string group_id;
  std::int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> instance_id;
};

// Asks the group's coordinator for committed positions, until `timeout`; partitions without one are left out. Waits for
// open transactions with offsets of the group to end (KIP-447). `who`: a member with an epoch is refused when it is one
// no more.
void fetch_committed(Cluster& cluster, GroupIdentity who, std::vector<TopicPartition> partitions,
                     Millis timeout, Callback<void(Result<Offsets>)> done);

// Commits positions, trying again until `timeout`. Fails with the first partition's error: ILLEGAL_GENERATION,
// UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID say that the partitions belong to others by now.
void commit_offsets(Cluster& cluster, GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done);

}  // namespace millrace::client
