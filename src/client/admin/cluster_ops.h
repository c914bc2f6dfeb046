#pragma once

#include "client/admin/core.h"
#include "millrace/admin/cluster.h"

// Operations on the cluster itself and on where replicas stand; conventions as in topics.h.
namespace millrace::client::admin {

void describe_cluster_with(AdminCore& core, bool fenced, bool authorized, Millis timeout,
                           Done<ClusterDescription> done);
inline void describe_cluster(AdminCore& core, bool fenced, Millis timeout, Done<ClusterDescription> done) {
  describe_cluster_with(core, fenced, false, timeout, std::move(done));
}
void describe_quorum(AdminCore& core, Millis timeout, Done<QuorumDescription> done);
void add_voter(AdminCore& core, std::int32_t id, TopicId directory, std::vector<QuorumEndpoint> endpoints,
               std::optional<std::string> cluster_id, Millis timeout, Done<void> done);
void remove_voter(AdminCore& core, std::int32_t id, TopicId directory, std::optional<std::string> cluster_id,
                  Millis timeout, Done<void> done);
void describe_versions(AdminCore& core, Millis timeout, Done<Items<Node, std::vector<OfferedApi>>> done);
void describe_features(AdminCore& core, std::optional<std::int32_t> node, Millis timeout,
                       Done<FeatureDescription> done);
void update_features(AdminCore& core, std::vector<FeatureUpdate> updates, bool validate_only, Millis timeout,
                     Done<Items<std::string>> done);
void unregister_broker(AdminCore& core, std::int32_t broker, Millis timeout, Done<void> done);
void describe_log_dirs(AdminCore& core, std::vector<std::int32_t> brokers, Millis timeout,
                       Done<Items<std::int32_t, std::vector<LogDirectory>>> done);
void describe_replica_log_dirs(AdminCore& core, std::vector<BrokerReplica> replicas, Millis timeout,
                               Done<Items<BrokerReplica, ReplicaDirectories>> done);
void move_replicas(AdminCore& core, std::map<BrokerReplica, std::string> directories, Millis timeout,
                   Done<Items<BrokerReplica>> done);
void elect_leaders(AdminCore& core, Election kind, std::vector<TopicPartition> partitions, Millis timeout,
                   Done<Items<TopicPartition>> done);
using Replicas = std::optional<std::vector<std::int32_t>>;
void alter_reassignments(AdminCore& core, std::map<TopicPartition, Replicas> targets, bool factor_may_change,
                         Millis timeout, Done<Items<TopicPartition>> done);
void list_reassignments(AdminCore& core, std::optional<std::vector<TopicPartition>> partitions, Millis timeout,
                        Done<std::map<TopicPartition, Reassignment>> done);

}  // namespace millrace::client::admin
