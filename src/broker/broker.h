#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/auto_topics.h"
#include "broker/connection.h"
#include "broker/crossing.h"
#include "broker/doors.h"
#include "broker/fetches.h"
#include "broker/group_host.h"
#include "broker/monitor/client_metrics.h"
#include "broker/monitor/request_times.h"
#include "broker/log_levels.h"
#include "broker/node_facts.h"
#include "broker/partition_table.h"
#include "broker/producer_ids.h"
#include "broker/quota_host.h"
#include "broker/telemetry.h"
#include "broker/topic_rules.h"
#include "broker/transaction_host.h"
#include "broker/upkeep.h"
#include "config/server_config.h"
#include "controller/quorum.h"
#include "metadata/image.h"
#include "ports/shard.h"
#include "record/codec.h"
#include "replica/fetch_session.h"

namespace millrace::broker {

class Storage;

// The broker on one shard: what handlers work with. Its parts that belong to partitions serve those that this shard
// owns; everything else is the same on every shard. Shard 0 also holds the metadata quorum.
class Broker final : public Dispatcher, public LeadershipListener, public RequestWatch, public StorageListener {
 public:
  // Keeps a copy of `config`; `siblings` outlives the broker.
  Broker(ports::Shard& shard, const config::ServerConfig& config, Siblings& siblings);
  ~Broker() override;

  ports::Shard& shard() { return shard_; }
  const config::ServerConfig& config() const { return config_; }
  NodeId self() const { return config_.node_id; }
  const NodeFacts& facts() const { return facts_; }
  Crossing& crossing() { return crossing_; }
  PartitionTable& partitions() { return partitions_; }
  TopicRulesCache& rules() { return rules_; }
  replica::FetchSessions& fetch_sessions() { return fetch_sessions_; }
  Fetches& fetches() { return fetches_; }
  GroupHost& groups() { return groups_; }
  TransactionHost& transactions() { return transactions_; }
  QuotaHost& quotas() { return quotas_; }
  AutoTopics& auto_topics() { return auto_topics_; }
  ProducerIds& producer_ids() { return producer_ids_; }
  record::Scratch& scratch() { return scratch_; }
  LogLevels& log_levels() { return log_levels_; }
  Telemetry& telemetry() { return telemetry_; }
  ClientMetrics& client_metrics() { return client_metrics_; }
  const RequestTimes& request_times() const { return request_times_; }
  MemoryBudget& memory() { return memory_; }
  MutableBytes receive_buffer() { return receive_buffer_.writable(); }

  // The newest metadata that this shard has seen; null before the first.
  const metadata::ImagePtr& image() const { return image_; }
  // Takes `image` if it is newer. Requests that cross bring the image they were judged by, so that an owner is never
  // behind the shard that sends it work.
  void observe(const metadata::ImagePtr& image);

  ShardId owner(std::string_view topic, PartitionIndex index) const { return owner_of(topic, index, shard_.count); }

  // A request to the active controller: bodies as in the protocol. The answer comes in whatever turn.
  void to_controller(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer);
  // Shard 0 only: where the requests of to_controller end.
  void set_quorum(controller::Quorum* quorum) { quorum_ = quorum; }
  controller::Quorum* quorum() { return quorum_; }
  // Shard 0 only.
  void set_storage(Storage* storage) { storage_ = storage; }
  Storage* storage() { return storage_; }
  // Storage::checkpoint on shard 0, from any shard.
  void checkpoint(unsigned which, Task done);

  // The explicit settings of this server are these from now on. What the typed ones of config() say stays.
  void take_settings(const config::Settings& settings);

  // What this node is; before the first image.
  void introduce(NodeFacts facts);
  // Requests are taken from now on; until then connections wait.
  void open_doors();
  Doors& doors() { return doors_; }
  // Closes the doors, then every log; `shut` gets what the logs' checkpoints have to say.
  void shut(Callback<void(std::vector<Checkpoint>)> shut);
  // Calls `task` once, when this shard is shut.
  void when_shut(Task task);

  bool accepts(const Listener& listener, std::int16_t api_key, std::int16_t version) const override;
  Result<RequestHeader> read_header(Bytes frame) const override;
  bool pipelines(std::int16_t api_key) const override;
  void dispatch(RequestPtr request) override;
  bool busy(Task resume) override;
  std::size_t max_frame() const override;

  void on_answered(const Request& request) override;

  void on_lead(replica::Partition& partition) override;
  void on_resign(const replica::Partition::Identity& partition) override;
  void on_storage_failed(const std::string& dir) override;
  void on_removed() override;
  void on_placed(const PartitionKey& key, const Uuid& dir) override;

 private:
  void tell(const Request& request);
  bool server_settings_differ(const metadata::Image& before, const metadata::Image& now) const;

  ports::Shard& shard_;
  config::ServerConfig config_;
  NodeFacts facts_;
  Crossing crossing_;
  TopicRulesCache rules_;
  PartitionTable partitions_;
  replica::FetchSessions fetch_sessions_;
  Fetches fetches_;
  GroupHost groups_;
  TransactionHost transactions_;
  QuotaHost quotas_;
  AutoTopics auto_topics_;
  ProducerIds producer_ids_;
  RequestTimes request_times_;
  record::Scratch scratch_;
  LogLevels log_levels_;
  ClientMetrics client_metrics_;
  Telemetry telemetry_;
  MemoryBudget memory_;
  Doors doors_;
  Upkeep upkeep_;
  Buffer receive_buffer_;
  metadata::ImagePtr image_;
  controller::Quorum* quorum_ = nullptr;
  Storage* storage_ = nullptr;
  bool open_ = false;
  bool shut_ = false;
  Task when_shut_;
  std::vector<Task> at_the_door_;
};

}  // namespace millrace::broker
