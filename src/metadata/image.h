#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "metadata/areas.h"

namespace millrace::metadata {

struct PartitionImage {
  PartitionIndex index;
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  std::vector<NodeId> elr;              // eligible leader replicas (KIP-966)
  std::vector<NodeId> last_known_elr;
  std::vector<NodeId> removing;         // replicas that a reassignment takes away
  std::vector<NodeId> adding;           // replicas that a reassignment brings
  std::vector<Uuid> directories;        // one per replica (KIP-858)
  NodeId leader = kNoNode;
  LeaderEpoch leader_epoch{0};
  std::int32_t partition_epoch = 0;
  std::int8_t leader_recovery_state = 0;  // 1: the leader was elected uncleanly and has not recovered since

  bool has_replica(NodeId node) const;
  // The directory of the replica on `node`; the zero id if none is known.
  Uuid directory_of(NodeId node) const;
  friend bool operator==(const PartitionImage&, const PartitionImage&) = default;
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::vector<PartitionImage> partitions;  // by index, without holes
  friend bool operator==(const TopicImage&, const TopicImage&) = default;
};

struct EndpointImage {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
  std::int16_t security_protocol = 0;
  friend bool operator==(const EndpointImage&, const EndpointImage&) = default;
};

// The levels of one feature that a node can work with.
struct FeatureRangeImage {
  std::string name;
  std::int16_t min = 0;
  std::int16_t max = 0;
  friend bool operator==(const FeatureRangeImage&, const FeatureRangeImage&) = default;
};

struct BrokerImage {
  NodeId id;
  Uuid incarnation;
  std::int64_t epoch = -1;
  std::vector<EndpointImage> endpoints;
  std::optional<std::string> rack;
  std::vector<FeatureRangeImage> features;
  std::vector<Uuid> log_dirs;
  std::optional<std::vector<Uuid>> cordoned_log_dirs;  // nothing until the broker has said so
  bool fenced = true;
  bool in_controlled_shutdown = false;
  friend bool operator==(const BrokerImage&, const BrokerImage&) = default;
};

struct ControllerImage {
  NodeId id;
  Uuid incarnation;
  std::vector<EndpointImage> endpoints;
  std::vector<FeatureRangeImage> features;
  friend bool operator==(const ControllerImage&, const ControllerImage&) = default;
};

enum class ResourceType : std::int8_t { topic = 2, broker = 4, broker_logger = 8, client_metrics = 16, group = 32 };
struct ConfigResource {
  ResourceType type;
  std::string name;  // "" with broker: the default of the cluster
  friend auto operator<=>(const ConfigResource&, const ConfigResource&) = default;
};

// The cluster's metadata after all committed records below offset(). Immutable: whoever holds a pointer sees one state
// for ever; the next state shares every topic, broker and map that did not change. May be read on any shard.
class Image {
 public:
  using Configs = std::map<std::string, std::string, std::less<>>;

  // Null if there is none.
  const TopicImage* topic(std::string_view name) const;
  const TopicImage* topic(const Uuid& id) const;
  const BrokerImage* broker(NodeId id) const;
  const ControllerImage* controller(NodeId id) const;
  // Every topic in order of name; every broker in order of id.
  std::vector<const TopicImage*> topics() const;
  std::vector<const BrokerImage*> brokers() const;
  std::vector<const ControllerImage*> controllers() const;
  // The settings of one resource; empty if it has none.
  const Configs& configs(const ConfigResource& resource) const;
  // Every resource that has settings, in order of type and name.
  std::vector<ConfigResource> configured() const;

  // The quotas of exactly this entity; empty if it has none.
  const Quotas& quotas(const QuotaEntity& entity) const;
  // Every entity that has quotas, in a fixed order, with them.
  std::vector<std::pair<const QuotaEntity*, const Quotas*>> quotas() const;
  // Null if there is none; the second in order of user and mechanism.
  const ScramImage* scram(const ScramKey& key) const;
  std::vector<std::pair<const ScramKey*, const ScramImage*>> scram() const;
  // Null if there is none; the second in order of id.
  const AclImage* acl(const Uuid& id) const;
  std::vector<const AclImage*> acls() const;
  // Null if there is none; the second in order of id.
  const TokenImage* token(std::string_view id) const;
  std::vector<const TokenImage*> tokens() const;
  // The state that a move away from ZooKeeper left behind; nothing if none was recorded.
  std::optional<std::int8_t> zk_migration_state() const;

  // Finalized feature levels by name, metadata.version among them; kraft.version is kept apart because it comes from
  // the quorum's own records.
  const std::map<std::string, std::int16_t, std::less<>>& features() const;
  // The level of one feature; 0 if it is not finalized.
  std::int16_t feature(std::string_view name) const;
  std::int16_t kraft_version() const;
  // What ApiVersions calls the epoch of the finalized features: the offset of the last record contained, -1 for none.
  std::int64_t features_epoch() const;
  // The first producer id that no block handed out contains.
  std::int64_t next_producer_id() const;

  NodeId controller() const;      // the active controller, kNoNode if unknown
  LeaderEpoch controller_epoch() const;
  Offset offset() const;          // of the next record that is not contained

  // A cluster about which nothing has been recorded.
  static std::shared_ptr<const Image> empty();

  struct State;  // metadata/image_state.h: for those who make images
  explicit Image(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

using ImagePtr = std::shared_ptr<const Image>;

}  // namespace millrace::metadata
