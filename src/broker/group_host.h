#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "groups/group_coordinator.h"
#include "metadata/image.h"
#include "replica/partition.h"

namespace millrace::broker {

class Broker;

// The group coordinator of this shard, and what it needs of the broker: its partitions of __consumer_offsets as they
// are led and resigned, and the newest metadata.
class GroupHost final : public groups::TopicDirectory {
 public:
  explicit GroupHost(Broker& broker) : broker_(broker) {}
  ~GroupHost() override;

  // For requests of a group whose partition this shard owns.
  groups::GroupCoordinator& coordinator();
  // The shard of a group's coordinator on this node, and the partition of __consumer_offsets that keeps it.
  struct Place {
    PartitionIndex partition;
    ShardId shard;
  };
  Place place_of(std::string_view group) const;

  void lead(replica::Partition& partition);
  void resign(PartitionIndex partition);
  // The metadata has moved on: offsets of topics that are no more are removed.
  void observe(const metadata::Image& before, const metadata::Image& now);

  std::optional<Topic> by_name(std::string_view name) const override;
  std::optional<Topic> by_id(const Uuid& id) const override;

 private:
  std::int32_t partition_count() const;

  Broker& broker_;
  std::unique_ptr<groups::GroupCoordinator> coordinator_;
};

}  // namespace millrace::broker
