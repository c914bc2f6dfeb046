#include "broker/group_host.h"

#include <set>

#include "broker/broker.h"
#include "broker/coordinator_log.h"
#include "coordinator/partition_choice.h"

namespace millrace::broker {
namespace {

groups::GroupSettings settings_of(const config::ServerConfig& config) {
  groups::GroupSettings settings;
  settings.min_session_timeout = config.groups.min_session_timeout;
  settings.max_session_timeout = config.groups.max_session_timeout;
  settings.initial_rebalance_delay = config.groups.initial_rebalance_delay;
  settings.max_group_size = config.groups.max_size;
  settings.max_offset_metadata = config.groups.offset_metadata_max_bytes;
  settings.offsets_commit_timeout = config.groups.offsets_commit_timeout;
  settings.offsets_codec = static_cast<record::Codec>(config.groups.offsets_topic_codec);
  settings.retention = config.groups.offsets_retention;
  settings.retention_check_interval = config.groups.offsets_retention_check_interval;
  return settings;
}

groups::TopicDirectory::Topic describe(const metadata::TopicImage& topic) {
  return {topic.name, topic.id, static_cast<std::int32_t>(topic.partitions.size())};
}

}  // namespace

GroupHost::~GroupHost() = default;

std::int32_t GroupHost::partition_count() const {
  const auto* topic = broker_.image() != nullptr ? broker_.image()->topic(groups::kOffsetsTopic) : nullptr;
  if (topic != nullptr && !topic->partitions.empty()) return static_cast<std::int32_t>(topic->partitions.size());
  return broker_.config().groups.offsets_topic_partitions;
}

groups::GroupCoordinator& GroupHost::coordinator() {
  if (coordinator_ == nullptr) {
    coordinator_ = std::make_unique<groups::GroupCoordinator>(broker_.shard(), *this, settings_of(broker_.config()),
                                                              partition_count());
  }
  return *coordinator_;
}

GroupHost::Place GroupHost::place_of(std::string_view group) const {
  const PartitionIndex partition = coordinator::partition_for(group, partition_count());
  return {partition, broker_.owner(groups::kOffsetsTopic, partition)};
}

void GroupHost::lead(replica::Partition& partition) {
  coordinator().load(partition.identity().index, std::make_unique<CoordinatorLog>(partition));
}

void GroupHost::resign(PartitionIndex partition) {
  if (coordinator_ != nullptr) coordinator_->unload(partition);
}

void GroupHost::observe(const metadata::Image& before, const metadata::Image& now) {
  if (coordinator_ == nullptr) return;
  std::set<std::string, std::less<>> gone;
  for (const metadata::TopicImage* topic : before.topics()) {
    if (now.topic(topic->id) == nullptr) gone.insert(topic->name);
  }
  if (!gone.empty()) coordinator_->topics_deleted(gone);
}

std::optional<groups::TopicDirectory::Topic> GroupHost::by_name(std::string_view name) const {
  const auto* topic = broker_.image() != nullptr ? broker_.image()->topic(name) : nullptr;
  return topic != nullptr ? std::optional(describe(*topic)) : std::nullopt;
}

std::optional<groups::TopicDirectory::Topic> GroupHost::by_id(const Uuid& id) const {
  const auto* topic = broker_.image() != nullptr ? broker_.image()->topic(id) : nullptr;
  return topic != nullptr ? std::optional(describe(*topic)) : std::nullopt;
}

}  // namespace millrace::broker
