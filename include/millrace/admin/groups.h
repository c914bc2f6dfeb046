#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"
#include "millrace/admin/security.h"

namespace millrace::client {

// A group as list_groups() tells it.
struct ListedGroup {
  std::string id;
  std::string protocol;  // "consumer", "connect", "share", ...
  std::string state;     // "Stable", "Empty", ...; empty before Kafka 2.6
  std::string type;      // "Classic", "Consumer", "Share", "Streams"; empty before Kafka 3.8
};

// Which groups are to be told: those that pass every filter that is set.
struct ListGroupsOptions : AdminOptions {
  std::vector<std::string> states;  // only these; empty: all
  std::vector<std::string> types;
  std::vector<std::string> protocols;
};

// Which positions are to be told.
struct ListGroupOffsetsOptions : AdminOptions {
  std::optional<std::vector<TopicPartition>> partitions;  // only these; none: all with a position
};

// Tasks of one part of a streams program.
struct StreamsTasks {
  std::string subtopology;
  std::vector<std::int32_t> partitions;
};

// One part of a streams program (KIP-1071), by the topics between it and others.
struct StreamsSubtopology {
  std::string id;
  std::vector<std::string> source_topics;
  std::vector<std::string> repartition_sink_topics;
  std::vector<std::string> repartition_source_topics;
  std::vector<std::string> changelog_topics;
};

// How far one task has come.
struct StreamsTaskOffset {
  std::string subtopology;
  std::int32_t partition = 0;
  std::int64_t offset = -1;
};

// What a member of a streams group says of itself.
struct StreamsMember {
  std::int32_t topology_epoch = -1;
  std::string process_id;
  std::string host;  // where its program answers queries (application.server); empty: nowhere
  std::uint16_t port = 0;
  std::map<std::string, std::string> tags;
  std::vector<StreamsTasks> active_target;
  std::vector<StreamsTasks> standby_target;
  std::vector<StreamsTasks> warmup_target;
  std::vector<StreamsTaskOffset> offsets;
  std::vector<StreamsTaskOffset> end_offsets;
};

// One member of a group, and what it has.
struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> assignment;
  std::vector<TopicPartition> target;  // groups of KIP-848 only
  std::int32_t epoch = -1;             // not of classic groups
  std::vector<StreamsTasks> active_tasks;  // these three: streams groups only
  std::vector<StreamsTasks> standby_tasks;
  std::vector<StreamsTasks> warmup_tasks;
  std::optional<std::string> rack;        // not of classic groups
  std::optional<bool> speaks_classic;     // in a group that is moving from one protocol to the other (Kafka 4.0)
  std::optional<StreamsMember> streams;   // streams groups only
};

// A group of any type, with its members.
struct GroupDescription {
  std::string id;
  std::string type;      // "Classic", "Consumer", "Share" or "Streams"
  std::string protocol;  // "consumer", ...
  std::string state;
  std::string assignor;
  std::int32_t epoch = -1;  // not of classic groups
  std::vector<GroupMember> members;
  std::int32_t coordinator = -1;  // the broker that answered for the group
  std::vector<StreamsSubtopology> topology;  // streams groups only
  std::int32_t topology_epoch = -1;          // the same
  std::int32_t target_epoch = -1;            // of the assignment that members are moving to; not of classic groups
  // What this user may do with the group; nothing unless it was asked for.
  std::optional<std::vector<AclOperation>> authorized_operations;
};

// Where a share group reads on in a partition.
struct ShareOffset {
  std::int64_t start_offset = -1;
  std::optional<std::int32_t> leader_epoch;
  std::optional<std::int64_t> lag;  // brokers from Kafka 4.2
};

}  // namespace millrace::client
