#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::metadata {

struct PartitionImage {
  PartitionIndex index;
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  std::vector<NodeId> elr;              // eligible leader replicas (KIP-966)
  std::vector<NodeId> last_known_elr;
  std::vector<Uuid> directories;        // one per replica (KIP-858)
  NodeId leader = kNoNode;
  LeaderEpoch leader_epoch{0};
  std::int32_t partition_epoch = 0;
  std::int8_t leader_recovery_state = 0;
};

struct TopicImage {
  std::string name;
  Uuid id;
  std::vector<PartitionImage> partitions;  // by index, without holes
};

struct EndpointImage {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
  std::int16_t security_protocol = 0;
};

struct BrokerImage {
  NodeId id;
  Uuid incarnation;
  std::int64_t epoch = -1;
  std::vector<EndpointImage> endpoints;
  std::optional<std::string> rack;
  std::vector<Uuid> log_dirs;
  bool fenced = true;
  bool in_controlled_shutdown = false;
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
  // Every topic in order of name; every broker in order of id.
  std::vector<const TopicImage*> topics() const;
  std::vector<const BrokerImage*> brokers() const;
  // The settings of one resource; empty if it has none.
  const Configs& configs(const ConfigResource& resource) const;
  // Finalized feature levels by name, and the offset of the record that last changed one (-1 none).
  const std::map<std::string, std::int16_t, std::less<>>& features() const;
  std::int64_t features_epoch() const;
  std::int64_t next_producer_id() const;

  NodeId controller() const;      // the active controller, kNoNode if unknown
  LeaderEpoch controller_epoch() const;
  Offset offset() const;          // of the next record that is not contained

  struct State;
  explicit Image(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

using ImagePtr = std::shared_ptr<const Image>;

}  // namespace millrace::metadata
