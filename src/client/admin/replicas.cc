#include <algorithm>
#include <set>

#include "client/admin/cluster_ops.h"
#include "protocol/gen/alter_partition_reassignments.h"
#include "protocol/gen/alter_replica_log_dirs.h"
#include "protocol/gen/describe_log_dirs.h"
#include "protocol/gen/elect_leaders.h"
#include "protocol/gen/list_partition_reassignments.h"

// Where replicas stand, and who of them leads.
namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

std::int32_t wire_timeout(Millis timeout) {
  return static_cast<std::int32_t>(std::min<std::int64_t>(timeout.value(), 0x7fffffff));
}

std::string named(const char* what, const TopicPartition& partition) {
  return std::string(what) + " " + partition.topic + "-" + std::to_string(partition.partition);
}

std::vector<LogDirectory> directories(const DescribeLogDirsResponse& body) {
  std::vector<LogDirectory> result;
  for (const auto& from : body.results) {
    LogDirectory directory;
    directory.path = from.log_dir;
    directory.status = broker_status(from.error_code, "describing log directory " + directory.path);
    directory.total_bytes = from.total_bytes;
    directory.usable_bytes = from.usable_bytes;
    directory.cordoned = from.is_cordoned;
    for (const auto& topic : from.topics) {
      for (const auto& replica : topic.partitions) {
        directory.replicas.push_back({{std::string(topic.name), replica.partition_index},
                                      replica.partition_size,
                                      replica.offset_lag,
                                      replica.is_future_key});
      }
    }
    result.push_back(std::move(directory));
  }
  return result;
}

// Where one replica is found among its broker's directories.
Result<ReplicaDirectories> on_disk(const BrokerReplica& replica, const Result<std::vector<LogDirectory>>& found) {
  if (!found) return found.error();
  ReplicaDirectories result;
  for (const auto& directory : *found) {
    for (const auto& one : directory.replicas) {
      if (one.partition != replica.partition) continue;
      (one.future ? result.future : result.current) = directory.path;
      (one.future ? result.future_lag : result.current_lag) = one.offset_lag;
    }
  }
  if (!result.current.empty() || !result.future.empty()) return result;
  return broker_error(Errc::unknown_topic_or_partition, named("finding the directory of", replica.partition));
}

}  // namespace

void describe_log_dirs(AdminCore& core, std::vector<std::int32_t> brokers, Millis timeout,
                       Done<Items<std::int32_t, std::vector<LogDirectory>>> done) {
  using Directories = std::vector<LogDirectory>;
  auto all = gather<Items<std::int32_t, Directories>>(std::move(done));
  live_brokers(core, timeout, [&core, brokers, timeout, all](Result<std::vector<NodeId>> live) {
    if (!live) return all->fail(live.error());
    std::vector<std::int32_t> asked = brokers;
    for (const NodeId id : *live) {
      if (brokers.empty()) asked.push_back(id.value());
    }
    for (const std::int32_t id : asked) {
      ask<Directories, DescribeLogDirsResponse, DescribeLogDirsRequest>(
          core, Target::node(NodeId(id)), timeout,
          [](std::int16_t) {
            DescribeLogDirsRequest request;
            request.topics.reset();
            return request;
          },
          by_code,
          [](const Answer<DescribeLogDirsResponse>& answer) -> Result<Directories> {
            const auto status = broker_status(answer.body.error_code, "describing the log directories");
            if (!status.ok()) return status.error();
            return directories(answer.body);
          },
          [all, id](Result<Directories> found) { all->value.push_back({id, std::move(found)}); });
    }
  });
}

void describe_replica_log_dirs(AdminCore& core, std::vector<BrokerReplica> replicas, Millis timeout,
                               Done<Items<BrokerReplica, ReplicaDirectories>> done) {
  using All = Items<std::int32_t, std::vector<LogDirectory>>;
  std::set<std::int32_t> brokers;
  for (const auto& replica : replicas) brokers.insert(replica.broker);
  if (brokers.empty()) {  // none to ask would mean all
    return core.shard.timers.at_turn_end([done = std::move(done)]() mutable {
      done(Items<BrokerReplica, ReplicaDirectories>());
    });
  }
  describe_log_dirs(core, {brokers.begin(), brokers.end()}, timeout,
                    [replicas = std::move(replicas), done = std::move(done)](Result<All> all) mutable {
    if (!all) return done(all.error());
    Items<BrokerReplica, ReplicaDirectories> items;
    for (const auto& replica : replicas) items.push_back({replica, on_disk(replica, *find(*all, replica.broker))});
    done(std::move(items));
  });
}

void move_replicas(AdminCore& core, std::map<BrokerReplica, std::string> directories, Millis timeout,
                   Done<Items<BrokerReplica>> done) {
  using Moves = std::map<std::string, std::vector<TopicPartition>>;  // by directory
  std::map<std::int32_t, Moves> brokers;
  for (auto& [replica, path] : directories) brokers[replica.broker][path].push_back(replica.partition);
  auto all = gather<Items<BrokerReplica>>(std::move(done));
  live_brokers(core, timeout, [&core, brokers = std::move(brokers), timeout, all](Result<std::vector<NodeId>> live) {
    if (!live) return all->fail(live.error());
    for (const auto& [broker, moves] : brokers) {
      ask<Items<BrokerReplica>, AlterReplicaLogDirsResponse, AlterReplicaLogDirsRequest>(
          core, Target::node(NodeId(broker)), timeout,
          [moves](std::int16_t) {
            AlterReplicaLogDirsRequest request;
            for (const auto& [path, partitions] : moves) {
              auto& directory = request.dirs.emplace_back();
              directory.path = path;
              for (const auto& partition : partitions) {
                if (directory.topics.empty() || directory.topics.back().name != partition.topic) {
                  directory.topics.push_back({partition.topic, {}});
                }
                directory.topics.back().partitions.push_back(partition.partition);
              }
            }
            return request;
          },
          never_again,
          [broker](const Answer<AlterReplicaLogDirsResponse>& answer) -> Result<Items<BrokerReplica>> {
            Items<BrokerReplica> items;
            for (const auto& topic : answer.body.results) {
              for (const auto& from : topic.partitions) {
                BrokerReplica key{{std::string(topic.topic_name), from.partition_index}, broker};
                items.push_back({key, broker_status(from.error_code, named("moving", key.partition))});
              }
            }
            return items;
          },
          [all](Result<Items<BrokerReplica>> items) {
            if (!items) return all->fail(items.error());
            all->value.insert(all->value.end(), items->begin(), items->end());
          });
    }
  });
}

void elect_leaders(AdminCore& core, Election kind, std::vector<TopicPartition> partitions, Millis timeout,
                   Done<Items<TopicPartition>> done) {
  VersionRange versions = Cluster::stable_versions(ElectLeadersRequest::kApi);
  if (kind == Election::unclean) versions.min = 1;
  ask<Items<TopicPartition>, ElectLeadersResponse, ElectLeadersRequest>(
      core, Target::controller(), timeout,
      [kind, topics = by_topic(partitions), timeout](std::int16_t) {
        ElectLeadersRequest request;
        request.election_type = static_cast<std::int8_t>(kind);
        request.timeout_ms = wire_timeout(timeout);
        if (topics.empty()) request.topic_partitions.reset();
        for (const auto& [topic, indexes] : topics) request.topic_partitions->push_back({topic, indexes});
        return request;
      },
      by_code,
      [](const Answer<ElectLeadersResponse>& answer) -> Result<Items<TopicPartition>> {
        const auto status = broker_status(answer.body.error_code, "electing leaders");
        if (!status.ok()) return status.error();
        Items<TopicPartition> items;
        for (const auto& topic : answer.body.replica_election_results) {
          for (const auto& from : topic.partition_result) {
            TopicPartition key{std::string(topic.topic), from.partition_id};
            auto result = broker_status(from.error_code, named("electing a leader of", key), text(from.error_message));
            items.push_back({std::move(key), std::move(result)});
          }
        }
        return items;
      },
      std::move(done), versions);
}

void alter_reassignments(AdminCore& core, std::map<TopicPartition, Replicas> targets, bool factor_may_change,
                         Millis timeout, Done<Items<TopicPartition>> done) {
  VersionRange versions = Cluster::stable_versions(AlterPartitionReassignmentsRequest::kApi);
  if (!factor_may_change) versions.min = 1;
  ask<Items<TopicPartition>, AlterPartitionReassignmentsResponse, AlterPartitionReassignmentsRequest>(
      core, Target::controller(), timeout,
      [targets = std::move(targets), factor_may_change, timeout](std::int16_t) {
        AlterPartitionReassignmentsRequest request;
        request.allow_replication_factor_change = factor_may_change;
        request.timeout_ms = wire_timeout(timeout);
        for (const auto& [partition, replicas] : targets) {
          if (request.topics.empty() || request.topics.back().name != partition.topic) {
            request.topics.emplace_back().name = partition.topic;
          }
          request.topics.back().partitions.push_back({partition.partition, replicas});
        }
        return request;
      },
      by_code,
      [](const Answer<AlterPartitionReassignmentsResponse>& answer) -> Result<Items<TopicPartition>> {
        const auto& body = answer.body;
        const auto status = broker_status(body.error_code, "moving replicas", text(body.error_message));
        if (!status.ok()) return status.error();
        Items<TopicPartition> items;
        for (const auto& topic : body.responses) {
          for (const auto& from : topic.partitions) {
            TopicPartition key{std::string(topic.name), from.partition_index};
            auto result = broker_status(from.error_code, named("moving replicas of", key), text(from.error_message));
            items.push_back({std::move(key), std::move(result)});
          }
        }
        return items;
      },
      std::move(done), versions);
}

void list_reassignments(AdminCore& core, std::optional<std::vector<TopicPartition>> partitions, Millis timeout,
                        Done<std::map<TopicPartition, Reassignment>> done) {
  using Moves = std::map<TopicPartition, Reassignment>;
  ask<Moves, ListPartitionReassignmentsResponse, ListPartitionReassignmentsRequest>(
      core, Target::controller(), timeout,
      [topics = partitions ? std::optional(by_topic(*partitions)) : std::nullopt, timeout](std::int16_t) {
        ListPartitionReassignmentsRequest request;
        request.timeout_ms = wire_timeout(timeout);
        if (!topics) return request;
        request.topics.emplace();
        for (const auto& [topic, indexes] : *topics) request.topics->push_back({topic, indexes});
        return request;
      },
      by_code,
      [](const Answer<ListPartitionReassignmentsResponse>& answer) -> Result<Moves> {
        const auto& body = answer.body;
        const auto status = broker_status(body.error_code, "listing reassignments", text(body.error_message));
        if (!status.ok()) return status.error();
        Moves moves;
        for (const auto& topic : body.topics) {
          for (const auto& from : topic.partitions) {
            moves[{std::string(topic.name), from.partition_index}] = {from.replicas, from.adding_replicas,
                                                                      from.removing_replicas};
          }
        }
        return moves;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
