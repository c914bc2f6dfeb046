// Bounds on the bytes that reassignments may move, set before and removed after.
#include <array>

#include "cli/scripts/reassign_run.h"

namespace millrace::cli {
namespace {

using client::AlterOperation;
using client::ConfigResourceType;
using Changes = std::vector<std::pair<client::ConfigResource, std::vector<client::AlterConfig>>>;

constexpr const char* kLeaderRate = "leader.replication.throttled.rate";
constexpr const char* kFollowerRate = "follower.replication.throttled.rate";
constexpr const char* kDirectoryRate = "replica.alter.log.dirs.io.max.bytes.per.second";
constexpr const char* kLeaderReplicas = "leader.replication.throttled.replicas";
constexpr const char* kFollowerReplicas = "follower.replication.throttled.replicas";

Reassigner::Done apply(client::Admin& admin, Changes changes) {
  const auto items = admin.alter_configs(std::move(changes)).get();
  const client::Error* error = items ? nullptr : &items.error();
  for (std::size_t i = 0; items && error == nullptr && i < items->size(); ++i) {
    if (!(*items)[i].result) error = &(*items)[i].result.error();
  }
  if (error == nullptr) return {};
  return fmt::format("Error: {}: {}", java_name(*error), plain_message(*error));
}

client::AlterConfig set(const char* name, std::string value) {
  return {name, std::move(value), AlterOperation::set};
}
client::AlterConfig unset(const char* name) { return {name, std::nullopt, AlterOperation::remove}; }

}  // namespace

Reassigner::Done Reassigner::throttle(const Assignment& proposed, const Assignment& current, const Moves& moving,
                                      const Execution& how, const Directories& directories) {
  if (how.throttle < 0 && how.directory_throttle < 0) return {};
  console_.out("Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle "
               "is removed.\n");
  if (how.throttle >= 0) {
    std::map<std::string, std::array<std::set<std::string>, 2>> replicas;  // by topic: of leaders, of followers
    std::set<std::int32_t> ids;
    const auto add = [&](const client::TopicPartition& partition, const std::set<std::int32_t>& sources,
                         const Replicas& targets) {
      auto& [from, to] = replicas[partition.topic];
      for (const std::int32_t id : sources) from.insert(fmt::format("{}:{}", partition.partition, id));
      for (const std::int32_t id : targets) {
        if (!sources.contains(id)) to.insert(fmt::format("{}:{}", partition.partition, id));
      }
      ids.insert(sources.begin(), sources.end());
      ids.insert(targets.begin(), targets.end());
    };
    const auto sources_of = [&](const client::TopicPartition& partition) {
      std::set<std::int32_t> sources;
      if (const auto at = moving.find(partition); at != moving.end()) {
        sources.insert(at->second.replicas.begin(), at->second.replicas.end());
        for (const std::int32_t id : at->second.adding) sources.erase(id);
      } else if (const auto now = current.find(partition); now != current.end()) {
        sources.insert(now->second.begin(), now->second.end());
      }
      return sources;
    };
    for (const auto& [partition, move] : moving) {
      if (!proposed.contains(partition)) add(partition, sources_of(partition), move.adding);
    }
    for (const auto& [partition, targets] : proposed) add(partition, sources_of(partition), targets);
    Changes topics;
    for (const auto& [topic, lists] : replicas) {
      topics.push_back({{ConfigResourceType::topic, topic},
                        {set(kLeaderReplicas, fmt::format("{}", fmt::join(lists[0], ","))),
                         set(kFollowerReplicas, fmt::format("{}", fmt::join(lists[1], ",")))}});
    }
    MR_TRY(apply(admin_, std::move(topics)));
    const std::string rate = std::to_string(how.throttle);
    Changes brokers;
    for (const std::int32_t id : ids) {
      brokers.push_back({{ConfigResourceType::broker, std::to_string(id)},
                         {set(kLeaderRate, rate), set(kFollowerRate, rate)}});
    }
    MR_TRY(apply(admin_, std::move(brokers)));
    console_.print("The inter-broker throttle limit was set to {} B/s\n", rate);
  }
  if (how.directory_throttle < 0) return {};
  std::set<std::int32_t> ids;
  for (const auto& [replica, path] : directories) ids.insert(replica.broker);
  Changes brokers;
  for (const std::int32_t id : ids) {
    brokers.push_back({{ConfigResourceType::broker, std::to_string(id)},
                       {set(kDirectoryRate, std::to_string(how.directory_throttle))}});
  }
  MR_TRY(apply(admin_, std::move(brokers)));
  console_.print("The replica-alter-dir throttle limit was set to {} B/s\n", how.directory_throttle);
  return {};
}

Reassigner::Done Reassigner::clear_throttles(const ReassignmentFile& file) {
  auto ids = brokers();
  if (!ids) return ids.error();
  std::set<std::string> topics;
  for (const auto& [partition, replicas] : file.partitions) {
    ids->insert(replicas.begin(), replicas.end());
    topics.insert(partition.topic);
  }
  console_.print("Clearing broker-level throttles on broker{} {}\n", ids->size() == 1 ? "" : "s",
                 fmt::join(*ids, ","));
  Changes changes;
  for (const std::int32_t id : *ids) {
    changes.push_back({{ConfigResourceType::broker, std::to_string(id)},
                       {unset(kLeaderRate), unset(kFollowerRate), unset(kDirectoryRate)}});
  }
  MR_TRY(apply(admin_, std::move(changes)));
  console_.print("Clearing topic-level throttles on topic{} {}\n", topics.size() == 1 ? "" : "s",
                 fmt::join(topics, ","));
  Changes of_topics;
  for (const std::string& topic : topics) {
    of_topics.push_back({{ConfigResourceType::topic, topic}, {unset(kLeaderReplicas), unset(kFollowerReplicas)}});
  }
  return apply(admin_, std::move(of_topics));
}

}  // namespace millrace::cli
