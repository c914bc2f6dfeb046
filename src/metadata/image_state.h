#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "metadata/image.h"
#include "metadata/persistent_map.h"

namespace millrace::metadata {

// Names a record that is kept as it came, because nothing here acts on what it says: quotas, ACLs, SCRAM credentials,
// delegation tokens. `key` is what a later record of the same kind replaces or removes.
struct KeptKey {
  std::int16_t type = 0;
  std::string key;
  friend auto operator<=>(const KeptKey&, const KeptKey&) = default;
};

using FeatureLevels = std::map<std::string, std::int16_t, std::less<>>;

// What an image consists of: one member per area. Copying it copies pointers.
struct Image::State {
  std::shared_ptr<const FeatureLevels> features = std::make_shared<const FeatureLevels>();
  PersistentMap<std::string, std::shared_ptr<const TopicImage>> topics_by_name;
  PersistentMap<Uuid, std::shared_ptr<const TopicImage>> topics_by_id;
  PersistentMap<NodeId, std::shared_ptr<const BrokerImage>> brokers;
  PersistentMap<NodeId, std::shared_ptr<const ControllerImage>> controllers;
  PersistentMap<ConfigResource, std::shared_ptr<const Configs>> configs;
  PersistentMap<KeptKey, Buffer> kept;  // the records' values, whole
  std::int64_t next_producer_id = 0;
  NodeId leader = kNoNode;
  LeaderEpoch leader_epoch{0};
  std::int16_t kraft_version = 0;
  Offset offset{0};
};

}  // namespace millrace::metadata
