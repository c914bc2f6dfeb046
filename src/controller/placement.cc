#include "controller/placement.h"

#include <algorithm>
#include <map>

#include "config/meta_properties.h"

namespace millrace::controller {
namespace {

// The brokers that `take` accepts, the racks taking turns, so that neighbours in the list are in different racks as
// long as there are several.
template <typename Take>
std::vector<NodeId> interleaved(const metadata::Image& image, ports::Random& random, Take take) {
  std::map<std::string, std::vector<NodeId>> racks;
  for (const metadata::BrokerImage* broker : image.brokers()) {
    if (take(*broker)) racks[broker->rack.value_or(std::string())].push_back(broker->id);
  }
  std::size_t left = 0;
  for (auto& [rack, ids] : racks) {
    left += ids.size();
    std::rotate(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(random.next() % ids.size()), ids.end());
  }
  std::vector<NodeId> brokers;
  for (std::size_t turn = 0; brokers.size() < left; ++turn) {
    for (const auto& [rack, ids] : racks) {
      if (turn < ids.size()) brokers.push_back(ids[turn]);
    }
  }
  return brokers;
}

}  // namespace

Result<std::vector<std::vector<NodeId>>, std::string> place_replicas(const metadata::Image& image,
                                                                     std::int32_t partitions,
                                                                     std::int16_t replication_factor,
                                                                     ports::Random& random) {
  const auto usable = [](const metadata::BrokerImage& broker) { return !broker.in_controlled_shutdown; };
  const auto active = interleaved(image, random, [&](const auto& broker) { return usable(broker) && !broker.fenced; });
  const auto fenced = interleaved(image, random, [&](const auto& broker) { return usable(broker) && broker.fenced; });
  if (active.empty()) {
    return std::string("All brokers are currently fenced or have all their log directories cordoned.");
  }
  const auto wanted = static_cast<std::size_t>(replication_factor);
  if (wanted > active.size() + fenced.size()) {
    return "The target replication factor of " + std::to_string(replication_factor) +
           " cannot be reached because only " + std::to_string(active.size() + fenced.size()) +
           " broker(s) are registered or some brokers have all their log directories cordoned.";
  }
  std::vector<std::vector<NodeId>> placed;
  const std::size_t begin = random.next() % active.size();
  for (std::size_t p = 0; p < static_cast<std::size_t>(partitions); ++p) {
    auto& replicas = placed.emplace_back();
    // Each round through the brokers moves the followers one further, so that one broker's loss spreads its load.
    const std::size_t shift = p / active.size();
    const std::size_t leader = (begin + p) % active.size();
    replicas.push_back(active[leader]);
    for (std::size_t r = 0; replicas.size() < std::min(wanted, active.size()); ++r) {
      replicas.push_back(active[(leader + 1 + (shift + r) % (active.size() - 1)) % active.size()]);
    }
    for (std::size_t r = 0; replicas.size() < wanted; ++r) replicas.push_back(fenced[(p + r) % fenced.size()]);
  }
  return placed;
}

Uuid directory_for(const metadata::Image& image, NodeId broker) {
  const metadata::BrokerImage* known = image.broker(broker);
  return known != nullptr && known->log_dirs.size() == 1 ? known->log_dirs[0] : config::kUnassignedDirectory;
}

}  // namespace millrace::controller
