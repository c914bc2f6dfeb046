#include "client/admin/core.h"

#include <limits>
#include <set>

namespace millrace::client {

std::optional<std::vector<AclOperation>> operations(std::int32_t bits) {
  if (bits == std::numeric_limits<std::int32_t>::min()) return std::nullopt;
  std::vector<AclOperation> found;
  for (std::int8_t one = 0; one < 31; ++one) {
    if ((static_cast<std::uint32_t>(bits) >> one & 1U) != 0) found.push_back(static_cast<AclOperation>(one));
  }
  return found;
}

void live_brokers(AdminCore& core, Millis timeout, Done<std::vector<NodeId>> done) {
  core.cluster.when_refreshed(timeout, [&core, alive = core.cluster.alive(),
                                        done = std::move(done)](Status fresh) mutable {
    if (!fresh.ok()) return done(fresh.error());
    if (alive.expired()) return done(local_error(Cause::closed, "the client was closed"));
    std::vector<NodeId> ids;
    for (const auto& [id, broker] : core.cluster.view()->brokers) ids.push_back(id);
    done(std::move(ids));
  });
}

void by_leader(AdminCore& core, std::vector<TopicPartition> partitions, Millis timeout, Done<ByLeader> done) {
  std::set<std::string> topics;
  for (const auto& partition : partitions) topics.insert(partition.topic);
  using Found = std::map<std::string, Result<TopicPtr>>;
  auto found = gather<Found>([partitions = std::move(partitions), done = std::move(done)](Result<Found> all) mutable {
    ByLeader result;
    for (auto& partition : partitions) {
      const auto& topic = all->at(partition.topic);
      if (!topic) {
        result.failed.push_back({partition, topic.error()});
        continue;
      }
      const PartitionView* view = (*topic)->find(PartitionIndex(partition.partition));
      if (view == nullptr || view->leader == kNoNode) {
        const auto code =
            view == nullptr ? protocol::Errc::unknown_topic_or_partition : protocol::Errc::leader_not_available;
        const std::string what = "finding " + partition.topic + "-" + std::to_string(partition.partition);
        result.failed.push_back({partition, broker_error(code, what)});
        continue;
      }
      result.leaders[view->leader].push_back(partition);
    }
    done(std::move(result));
  });
  for (const std::string& topic : topics) {
    core.cluster.find_topic(topic, timeout, [found, topic](Result<TopicPtr> result) {
      found->value.emplace(topic, std::move(result));
    }, false);
  }
}

std::map<std::string, std::vector<std::int32_t>> by_topic(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<std::int32_t>> topics;
  for (const auto& partition : partitions) topics[partition.topic].push_back(partition.partition);
  return topics;
}

}  // namespace millrace::client
