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
};

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
};

// Where a share group reads on in a partition.
struct ShareOffset {
  std::int64_t start_offset = -1;
  std::optional<std::int32_t> leader_epoch;
  std::optional<std::int64_t> lag;  // brokers from Kafka 4.2
};

}  // namespace millrace::client
