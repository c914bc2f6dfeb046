#include "sim/workloads/core_watcher.h"

#include <map>
#include <utility>
#include <vector>

#include "client/consumer/group_offsets.h"
#include "sim/workloads/core_options.h"

namespace millrace::sim {

void CoreWatcher::start() {
  cluster_ = std::make_unique<client::Cluster>(shard_, draw_cluster(prng_, stage_, "core-watcher"));
  look();
}

void CoreWatcher::stop(Task stopped) {
  cluster_->close();
  shard_.timers.at_turn_end(std::move(stopped));
}

void CoreWatcher::look() {
  std::map<client::TopicPartition, std::int64_t> marks;
  std::vector<client::TopicPartition> keys;
  for (const auto& partition : stage_.traffic.partitions()) {
    keys.push_back({partition.topic, partition.index});
    marks.emplace(keys.back(), reads_.mark(partition));
  }
  client::fetch_committed(*cluster_, {kCoreGroup, -1, "", std::nullopt}, std::move(keys), Millis(3'000),
                          [this, marks](client::Result<client::Offsets> found) {
                            if (cluster_->closed()) return;
                            if (found) {
                              for (const auto& [key, mark] : marks) {
                                const auto at = found->find(key);
                                const std::int64_t position = at == found->end() ? 0 : at->second.offset;
                                reads_.looked_up({key.topic, key.partition}, mark, position);
                              }
                            } else if (!found.error().retriable) {
                              stage_.history.fail("looking up positions: " + found.error().text());
                            }
                            const Millis pause(static_cast<std::int64_t>(1 + prng_.below(200)));
                            shard_.timers.at(shard_.clock.now() + pause, [this] { look(); });
                          });
}

}  // namespace millrace::sim
