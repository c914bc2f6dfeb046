#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/common.h"
#include "millrace/admin/security.h"

namespace millrace::client {

// The brokers of a cluster (of bootstrap.controllers: its controllers), and who is the controller.
struct ClusterDescription {
  std::string cluster_id;
  std::int32_t controller = -1;
  std::vector<Node> nodes;
  // What this user may do with the cluster; nothing unless it was asked for.
  std::optional<std::vector<AclOperation>> authorized_operations;
};

// One replica of the metadata quorum (KIP-595, KIP-836).
struct QuorumReplica {
  std::int32_t id = -1;
  TopicId directory;
  std::int64_t log_end_offset = -1;
  std::int64_t last_fetch_ms = -1;       // -1: not known
  std::int64_t last_caught_up_ms = -1;   // -1: not known
};

// Of a call about voters.
struct VoterOptions : AdminOptions {
  std::optional<std::string> cluster_id;  // INCONSISTENT_CLUSTER_ID if the quorum is another cluster's
};

// Where a controller listens.
struct QuorumEndpoint {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
};

// The metadata quorum: who leads it, and how far each replica is.
struct QuorumDescription {
  std::int32_t leader = -1;
  std::int32_t leader_epoch = -1;
  std::int64_t high_watermark = -1;
  std::vector<QuorumReplica> voters;
  std::vector<QuorumReplica> observers;
  std::map<std::int32_t, std::vector<QuorumEndpoint>> endpoints;  // of the voters, by id; empty before Kafka 3.9
};

// From one version to another, both included.
struct VersionSpan {
  std::int16_t min = 0;
  std::int16_t max = 0;
};

// Versions of one API that a broker offers.
struct OfferedApi {
  std::int16_t key = 0;
  VersionSpan versions;
};

// The features of a cluster, by their names.
struct FeatureDescription {
  std::map<std::string, std::int16_t> finalized;  // levels in force
  std::map<std::string, VersionSpan> supported;   // by the broker that answered
  std::int64_t epoch = -1;
};

enum class FeatureChange : std::int8_t { upgrade = 1, safe_downgrade = 2, unsafe_downgrade = 3 };

// A feature's new level.
struct FeatureUpdate {
  std::string feature;
  std::int16_t level = 0;  // 0: the feature is removed
  FeatureChange change = FeatureChange::upgrade;
};

// One partition's replica in a log directory.
struct ReplicaOnDisk {
  TopicPartition partition;
  std::int64_t size_bytes = 0;
  std::int64_t offset_lag = 0;
  bool future = false;  // being moved here from another directory
};

// One replica of a partition.
struct BrokerReplica {
  TopicPartition partition;
  std::int32_t broker = -1;
  friend auto operator<=>(const BrokerReplica&, const BrokerReplica&) = default;
};

// One log directory of a broker; `status` says whether the broker can use it.
struct LogDirectory {
  std::string path;
  Status status;
  std::vector<ReplicaOnDisk> replicas;
  std::int64_t total_bytes = -1;   // -1: not told
  std::int64_t usable_bytes = -1;  // -1: not told
  bool cordoned = false;           // takes no new replicas (KIP-1066; Kafka 4.3)
};

// Where one replica stands on its broker, and where it is being moved to; empty paths: nowhere.
struct ReplicaDirectories {
  std::string current;
  std::int64_t current_lag = -1;
  std::string future;
  std::int64_t future_lag = -1;
};

// The replicas of a partition that is being moved.
struct Reassignment {
  std::vector<std::int32_t> replicas;
  std::vector<std::int32_t> adding;
  std::vector<std::int32_t> removing;
};

enum class Election : std::int8_t { preferred = 0, unclean = 1 };

}  // namespace millrace::client
