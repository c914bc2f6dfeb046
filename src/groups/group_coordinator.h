#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "coordinator/partition_log.h"
#include "groups/admin/listing.h"
#include "groups/offsets/query.h"
#include "groups/settings.h"
#include "groups/topic_directory.h"
#include "ports/shard.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_delete.h"
#include "protocol/gen/sync_group.h"

namespace millrace::groups {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

// A request on the shard of its group. Owns its memory: `body` points into `frame`.
template <typename Body>
struct Incoming {
  Buffer frame;
  Body body;
  std::int16_t version = 0;
  std::string client_id;    // of the request header, "" for null
  std::string client_host;  // as Kafka prints addresses: "/127.0.0.1"
};

// Takes the response's body, encoded in the request's version (without header). Called exactly once, in a later call,
// on the shard of the coordinator.
using Reply = Callback<void(Buffer body)>;

// The coordinator of the groups whose partitions of __consumer_offsets this shard leads: membership and rebalances of
// classic groups, and committed offsets (docs/formats/consumer-offsets.md). One per shard.
//
// A request must come to the shard that owns partition coordinator::partition_for(group id, partition count); for a
// partition that is not hosted here the answer is NOT_COORDINATOR, while it is being read COORDINATOR_LOAD_IN_PROGRESS.
// Whether the caller may use group and topics is checked before. An answer leaves when the records behind it are
// committed.
class GroupCoordinator {
 public:
  // `topics` and `shard` outlive the coordinator. `partition_count`: of __consumer_offsets; while that topic does not
  // exist, offsets.topic.num.partitions.
  GroupCoordinator(ports::Shard& shard, const TopicDirectory& topics, GroupSettings settings,
                   std::int32_t partition_count);
  // The same, of the parts of the shard that it uses.
  GroupCoordinator(ports::Clock& clock, ports::Timers& timers, ports::Random& random, ports::Logger& logger,
                   const TopicDirectory& topics, GroupSettings settings, std::int32_t partition_count);
  ~GroupCoordinator();

  // This node leads `partition` from now on: reads its log and serves its groups when that is done. A partition that is
  // hosted already is unloaded first.
  void load(PartitionIndex partition, std::unique_ptr<coordinator::PartitionLog> log);
  // No longer: everyone who waits gets NOT_COORDINATOR, and its state is forgotten.
  void unload(PartitionIndex partition);

  void join(Incoming<protocol::JoinGroupRequest> request, Reply reply);
  void sync(Incoming<protocol::SyncGroupRequest> request, Reply reply);
  void heartbeat(Incoming<protocol::HeartbeatRequest> request, Reply reply);
  void leave(Incoming<protocol::LeaveGroupRequest> request, Reply reply);
  void commit_offsets(Incoming<protocol::OffsetCommitRequest> request, Reply reply);
  void fetch_offsets(OffsetQuery query, Callback<void(OffsetAnswer)> reply);
  // Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION; offsets of topics that members read stay.
  void delete_offsets(Incoming<protocol::OffsetDeleteRequest> request, Reply reply);

  // The groups that this shard coordinates. At once, from what is committed.
  ListAnswer list(const ListQuery& query) const;
  // One answer per id, in order. Ids must belong to partitions of this shard.
  std::vector<DescribedGroup> describe(const std::vector<std::string>& groups) const;
  // The same of groups of a newer protocol: the body of `Response`, in `version`. `Response` is
  // ConsumerGroupDescribeResponse, ShareGroupDescribeResponse or StreamsGroupDescribeResponse.
  template <typename Response>
  Buffer describe_modern(const std::vector<std::string>& groups, std::int16_t version) const;
  // The same; in a later call, when all that was written for it is committed.
  void delete_groups(std::vector<std::string> groups, Callback<void(std::vector<DeletedGroup>)> reply);
  // Topics that have been deleted: what was committed for them is removed.
  void topics_deleted(const std::set<std::string, std::less<>>& topics);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::groups
