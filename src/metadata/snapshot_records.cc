#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metadata/image_state.h"
#include "metadata/record_versions.h"
#include "metadata/snapshot_writer.h"
#include "protocol/gen/access_control_entry_record.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/delegation_token_record.h"
#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/partition_record.h"
#include "protocol/gen/producer_ids_record.h"
#include "protocol/gen/register_broker_record.h"
#include "protocol/gen/register_controller_record.h"
#include "protocol/gen/topic_record.h"
#include "protocol/gen/user_scram_credential_record.h"
#include "protocol/gen/zk_migration_state_record.h"

namespace millrace::metadata {
namespace {

using Batches = SnapshotBatches;

std::vector<std::int32_t> raw(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> ids;
  ids.reserve(nodes.size());
  for (const NodeId node : nodes) ids.push_back(node.value());
  return ids;
}

// Fields that may be null are not null by themselves.
std::optional<std::string_view> nullable(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

template <typename Record>
void set_endpoints(Record& record, const std::vector<EndpointImage>& endpoints) {
  for (const EndpointImage& endpoint : endpoints) {
    record.end_points.push_back({endpoint.listener, endpoint.host, endpoint.port, endpoint.security_protocol});
  }
}

template <typename Record>
void set_features(Record& record, const std::vector<FeatureRangeImage>& features) {
  for (const FeatureRangeImage& feature : features) record.features.push_back({feature.name, feature.min, feature.max});
}

// metadata.version comes first: it says how the rest is to be read.
void put_features(const Image& image, Batches& into) {
  constexpr std::string_view kFirst = "metadata.version";
  const auto put = [&into](std::string_view name, std::int16_t level) {
    protocol::FeatureLevelRecord record;
    record.name = name;
    record.feature_level = level;
    into.put(record, 0);
  };
  if (image.features().contains(kFirst)) put(kFirst, image.feature(kFirst));
  for (const auto& [name, level] : image.features()) {
    if (name != kFirst) put(name, level);
  }
}

void put_broker(const BrokerImage& broker, std::int16_t version, Batches& into) {
  protocol::RegisterBrokerRecord record;
  record.broker_id = broker.id.value();
  record.incarnation_id = broker.incarnation;
  record.broker_epoch = broker.epoch;
  set_endpoints(record, broker.endpoints);
  set_features(record, broker.features);
  record.rack = nullable(broker.rack);
  record.fenced = broker.fenced;
  record.in_controlled_shutdown = broker.in_controlled_shutdown;
  if (version >= 3) record.log_dirs = broker.log_dirs;
  if (version >= 4) record.cordoned_log_dirs = broker.cordoned_log_dirs;
  into.put(record, version);
}

void put_controller(const ControllerImage& controller, Batches& into) {
  protocol::RegisterControllerRecord record;
  record.controller_id = controller.id.value();
  record.incarnation_id = controller.incarnation;
  set_endpoints(record, controller.endpoints);
  set_features(record, controller.features);
  into.put(record, 0);
}

void put_topic(const TopicImage& topic, std::int16_t version, Batches& into) {
  protocol::TopicRecord named;
  named.name = topic.name;
  named.topic_id = topic.id;
  into.put(named, 0);
  for (const PartitionImage& partition : topic.partitions) {
    protocol::PartitionRecord record;
    record.partition_id = partition.index.value();
    record.topic_id = topic.id;
    record.replicas = raw(partition.replicas);
    record.isr = raw(partition.isr);
    record.removing_replicas = raw(partition.removing);
    record.adding_replicas = raw(partition.adding);
    record.leader = partition.leader.value();
    record.leader_recovery_state = partition.leader_recovery_state;
    record.leader_epoch = partition.leader_epoch.value();
    record.partition_epoch = partition.partition_epoch;
    if (version >= 1) record.directories = partition.directories;
    if (version >= 2 && !partition.elr.empty()) record.eligible_leader_replicas = raw(partition.elr);
    if (version >= 2 && !partition.last_known_elr.empty()) record.last_known_elr = raw(partition.last_known_elr);
    into.put(record, version);
  }
}

void put_configs(const ConfigResource& resource, const Image::Configs& configs, Batches& into) {
  for (const auto& [name, value] : configs) {
    protocol::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(resource.type);
    record.resource_name = resource.name;
    record.name = name;
    record.value = value;
    into.put(record, 0);
  }
}

void put_quotas(const QuotaEntity& entity, const Quotas& quotas, Batches& into) {
  for (const auto& [key, value] : quotas) {
    protocol::ClientQuotaRecord record;
    for (const auto& [type, name] : entity) {
      auto& part = record.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = nullable(name);
    }
    record.key = key;
    record.value = value;
    into.put(record, 0);
  }
}

void put_acl(const AclImage& acl, Batches& into) {
  protocol::AccessControlEntryRecord record;
  record.id = acl.id;
  record.resource_type = acl.resource_type;
  record.resource_name = acl.resource_name;
  record.pattern_type = acl.pattern_type;
  record.principal = acl.principal;
  record.host = acl.host;
  record.operation = acl.operation;
  record.permission_type = acl.permission_type;
  into.put(record, 0);
}

void put_credential(const ScramKey& key, const ScramImage& credential, Batches& into) {
  protocol::UserScramCredentialRecord record;
  record.name = key.user;
  record.mechanism = key.mechanism;
  record.salt = credential.salt.bytes();
  record.stored_key = credential.stored_key.bytes();
  record.server_key = credential.server_key.bytes();
  record.iterations = credential.iterations;
  into.put(record, 0);
}

void put_token(const TokenImage& token, Batches& into) {
  protocol::DelegationTokenRecord record;
  record.owner = token.owner;
  record.requester = token.requester;
  for (const std::string& renewer : token.renewers) record.renewers.emplace_back(renewer);
  record.issue_timestamp = token.issued.value();
  record.expiration_timestamp = token.expires.value();
  record.max_timestamp = token.expires_at_last.value();
  record.token_id = token.id;
  into.put(record, 0);
}

}  // namespace

void put_image(const Image& image, SnapshotBatches& into) {
  const RecordVersions versions(image);
  const Image::State& state = image.state();
  put_features(image, into);
  state.brokers.for_each([&](NodeId, const auto& broker) { put_broker(*broker, versions.register_broker(), into); });
  state.controllers.for_each([&](NodeId, const auto& controller) { put_controller(*controller, into); });
  state.topics_by_name.for_each([&](const auto&, const auto& topic) { put_topic(*topic, versions.partition(), into); });
  state.configs.for_each([&](const auto& resource, const auto& configs) { put_configs(resource, *configs, into); });
  state.quotas.for_each([&](const auto& entity, const auto& quotas) { put_quotas(entity, *quotas, into); });
  if (state.next_producer_id > 0) {
    protocol::ProducerIdsRecord record;
    record.broker_id = -1;
    record.next_producer_id = state.next_producer_id;
    into.put(record, 0);
  }
  state.acls.for_each([&](const auto&, const auto& acl) { put_acl(*acl, into); });
  state.scram.for_each([&](const auto& key, const auto& credential) { put_credential(key, *credential, into); });
  state.tokens.for_each([&](const auto&, const auto& token) { put_token(*token, into); });
  if (state.zk_migration_state) {
    protocol::ZkMigrationStateRecord record;
    record.zk_migration_state = *state.zk_migration_state;
    into.put(record, 0);
  }
}

}  // namespace millrace::metadata
