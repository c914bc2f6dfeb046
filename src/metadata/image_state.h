#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/uuid.h"
#include "metadata/image.h"
#include "metadata/persistent_map.h"

namespace millrace::metadata {

using FeatureLevels = std::map<std::string, std::int16_t, std::less<>>;

// What an image consists of: one member per area. Copying it copies pointers.
struct Image::State {
  std::shared_ptr<const FeatureLevels> features = std::make_shared<const FeatureLevels>();
  PersistentMap<std::string, std::shared_ptr<const TopicImage>> topics_by_name;
  PersistentMap<Uuid, std::shared_ptr<const TopicImage>> topics_by_id;
  PersistentMap<NodeId, std::shared_ptr<const BrokerImage>> brokers;
  PersistentMap<NodeId, std::shared_ptr<const ControllerImage>> controllers;
  PersistentMap<ConfigResource, std::shared_ptr<const Configs>> configs;
  PersistentMap<QuotaEntity, std::shared_ptr<const Quotas>> quotas;
  PersistentMap<ScramKey, std::shared_ptr<const ScramImage>> scram;
  PersistentMap<Uuid, std::shared_ptr<const AclImage>> acls;
  PersistentMap<std::string, std::shared_ptr<const TokenImage>> tokens;
  std::optional<std::int8_t> zk_migration_state;
  std::int64_t next_producer_id = 0;
  NodeId leader = kNoNode;
  LeaderEpoch leader_epoch{0};
  std::int16_t kraft_version = 0;
  Offset offset{0};
};

}  // namespace millrace::metadata
