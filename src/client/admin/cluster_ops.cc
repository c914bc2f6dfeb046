#include "client/admin/cluster_ops.h"

#include <algorithm>

#include "protocol/gen/api_versions.h"
#include "protocol/gen/describe_cluster.h"
#include "protocol/gen/describe_quorum.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/unregister_broker.h"
#include "protocol/gen/update_features.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

ClusterDescription description(const DescribeClusterResponse& body) {
  ClusterDescription result{std::string(body.cluster_id), body.controller_id, {},
                            operations(body.cluster_authorized_operations)};
  for (const auto& broker : body.brokers) {
    result.nodes.push_back({broker.broker_id, std::string(broker.host), static_cast<std::uint16_t>(broker.port),
                            optional_text(broker.rack), broker.is_fenced});
  }
  std::ranges::sort(result.nodes, {}, &Node::id);
  return result;
}

ClusterDescription description(const MetadataResponse& body) {
  ClusterDescription result{text(body.cluster_id), body.controller_id, {}};
  for (const auto& broker : body.brokers) {
    result.nodes.push_back({broker.node_id, std::string(broker.host), static_cast<std::uint16_t>(broker.port),
                            optional_text(broker.rack), false});
  }
  std::ranges::sort(result.nodes, {}, &Node::id);
  return result;
}

// Brokers before 2.8 have no DescribeCluster, and say the same in their metadata.
void describe_by_metadata(AdminCore& core, Millis timeout, Done<ClusterDescription> done) {
  ask<ClusterDescription, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [](std::int16_t) {
        MetadataRequest request;
        request.topics.emplace();
        request.allow_auto_topic_creation = false;
        return request;
      },
      never_again, [](const Answer<MetadataResponse>& answer) { return Result(description(answer.body)); },
      std::move(done), VersionRange{4, MetadataRequest::kMaxVersion});
}

std::vector<QuorumReplica> replicas(const std::vector<DescribeQuorumResponse::ReplicaState>& states) {
  std::vector<QuorumReplica> result;
  for (const auto& state : states) {
    result.push_back({state.replica_id, topic_id(state.replica_directory_id), state.log_end_offset,
                      state.last_fetch_timestamp, state.last_caught_up_timestamp});
  }
  return result;
}

Result<QuorumDescription> quorum(const Answer<DescribeQuorumResponse>& answer) {
  const auto& body = answer.body;
  if (body.error_code != 0) {
    return broker_error(from_wire(body.error_code), "describing the quorum", text(body.error_message));
  }
  if (body.topics.empty() || body.topics.front().partitions.empty()) {
    return local_error(Cause::corrupt, "the answer to DescribeQuorum does not speak of the metadata partition");
  }
  const auto& partition = body.topics.front().partitions.front();
  if (partition.error_code != 0) {
    return broker_error(from_wire(partition.error_code), "describing the quorum", text(partition.error_message));
  }
  QuorumDescription result{partition.leader_id,
                           partition.leader_epoch,
                           partition.high_watermark,
                           replicas(partition.current_voters),
                           replicas(partition.observers),
                           {}};
  for (const auto& node : body.nodes) {
    auto& endpoints = result.endpoints[node.node_id];
    for (const auto& at : node.listeners) endpoints.push_back({std::string(at.name), std::string(at.host), at.port});
  }
  return result;
}

}  // namespace

void describe_cluster_with(AdminCore& core, bool fenced, bool authorized, Millis timeout,
                           Done<ClusterDescription> done) {
  const bool controllers = core.cluster.options().bootstrap_controllers;
  if (!controllers && !fenced && !authorized) {  // which it does not tell
    done = [&core, timeout, done = std::move(done)](Result<ClusterDescription> found) mutable {
      if (found.ok() || !found.error().is(Cause::unsupported_version)) return done(std::move(found));
      describe_by_metadata(core, timeout, std::move(done));
    };
  }
  VersionRange versions = Cluster::stable_versions(DescribeClusterRequest::kApi);
  if (controllers) versions.min = 1;
  if (fenced) versions.min = 2;
  ask<ClusterDescription, DescribeClusterResponse, DescribeClusterRequest>(
      core, Target::any(), timeout,
      [fenced, authorized, controllers](std::int16_t) {
        DescribeClusterRequest request;
        request.include_cluster_authorized_operations = authorized;
        request.endpoint_type = controllers ? 2 : 1;
        request.include_fenced_brokers = fenced;
        return request;
      },
      by_code,
      [](const Answer<DescribeClusterResponse>& answer) -> Result<ClusterDescription> {
        const auto& body = answer.body;
        if (body.error_code == 0) return description(body);
        return broker_error(from_wire(body.error_code), "describing the cluster", text(body.error_message));
      },
      std::move(done), versions);
}

void describe_quorum(AdminCore& core, Millis timeout, Done<QuorumDescription> done) {
  ask<QuorumDescription, DescribeQuorumResponse, DescribeQuorumRequest>(
      core, Target::any(), timeout,
      [](std::int16_t) {
        DescribeQuorumRequest request;
        request.topics.push_back({"__cluster_metadata", {{0}}});
        return request;
      },
      by_code, quorum, std::move(done));
}

namespace {

void ask_features(AdminCore& core, Target target, Millis timeout, Done<FeatureDescription> done) {
  ask<FeatureDescription, ApiVersionsResponse, ApiVersionsRequest>(
      core, std::move(target), timeout,
      [](std::int16_t) {
        ApiVersionsRequest request;
        request.client_software_name = "millrace-cpp";
        request.client_software_version = "0.1.0";
        return request;
      },
      by_code,
      [](const Answer<ApiVersionsResponse>& answer) -> Result<FeatureDescription> {
        const auto status = broker_status(answer.body.error_code, "describing the features");
        if (!status.ok()) return status.error();
        FeatureDescription result;
        result.epoch = answer.body.finalized_features_epoch;
        for (const auto& feature : answer.body.finalized_features) {
          result.finalized[std::string(feature.name)] = feature.max_version_level;
        }
        for (const auto& feature : answer.body.supported_features) {
          result.supported[std::string(feature.name)] = {feature.min_version, feature.max_version};
        }
        return result;
      },
      std::move(done), VersionRange{3, ApiVersionsRequest::kMaxVersion});
}

}  // namespace

void describe_features(AdminCore& core, std::optional<std::int32_t> node, Millis timeout,
                       Done<FeatureDescription> done) {
  if (!node) return ask_features(core, Target::any(), timeout, std::move(done));
  const MonoTime deadline = core.shard.clock.now() + timeout;
  describe_cluster(core, false, timeout, [&core, id = *node, deadline, done = std::move(done)](
                                             Result<ClusterDescription> cluster) mutable {
    if (!cluster) return done(cluster.error());
    const auto at = std::ranges::find(cluster->nodes, id, &Node::id);
    if (at == cluster->nodes.end()) {
      return done(local_error(Cause::network, "node " + std::to_string(id) + " is not part of the cluster now; see "
                                              "whether it is down"));
    }
    core.cluster.meet({{NodeId(id), {at->host, at->port}, at->rack}});
    const Millis left = std::max(Millis((deadline - core.shard.clock.now()) / 1'000'000), Millis(1));
    ask_features(core, Target::node(NodeId(id)), left, std::move(done));
  });
}

void update_features(AdminCore& core, std::vector<FeatureUpdate> updates, bool validate_only, Millis timeout,
                     Done<Items<std::string>> done) {
  VersionRange versions = Cluster::stable_versions(UpdateFeaturesRequest::kApi);
  if (validate_only) versions.min = 1;
  std::vector<std::string> names;
  for (const auto& update : updates) names.push_back(update.feature);
  ask<Items<std::string>, UpdateFeaturesResponse, UpdateFeaturesRequest>(
      core, Target::controller(), timeout,
      [updates = std::move(updates), validate_only, timeout](std::int16_t version) {
        UpdateFeaturesRequest request;
        request.timeout_ms = static_cast<std::int32_t>(std::min<std::int64_t>(timeout.value(), 0x7fffffff));
        request.validate_only = validate_only;
        for (const auto& update : updates) {
          auto& entry = request.feature_updates.emplace_back();
          entry.feature = update.feature;
          entry.max_version_level = update.level;
          if (version == 0) {
            entry.allow_downgrade = update.change != FeatureChange::upgrade;
          } else {
            entry.upgrade_type = static_cast<std::int8_t>(update.change);
          }
        }
        return request;
      },
      by_code,
      [names = std::move(names)](const Answer<UpdateFeaturesResponse>& answer) -> Result<Items<std::string>> {
        const auto& body = answer.body;
        const auto whole = broker_status(body.error_code, "updating the features", text(body.error_message));
        Items<std::string> items;
        for (const std::string& name : names) {
          const auto found = std::ranges::find(body.results, std::string_view(name),
                                               &UpdateFeaturesResponse::UpdatableFeatureResult::feature);
          const bool own = whole.ok() && found != body.results.end();
          items.push_back({name, own ? broker_status(found->error_code, "updating feature " + name,
                                                     text(found->error_message))
                                     : whole});
        }
        return items;
      },
      std::move(done), versions);
}

void unregister_broker(AdminCore& core, std::int32_t broker, Millis timeout, Done<void> done) {
  ask<void, UnregisterBrokerResponse, UnregisterBrokerRequest>(
      core, Target::controller(), timeout, [broker](std::int16_t) { return UnregisterBrokerRequest{broker}; }, by_code,
      [broker](const Answer<UnregisterBrokerResponse>& answer) -> Result<void> {
        return broker_status(answer.body.error_code, "unregistering broker " + std::to_string(broker),
                             text(answer.body.error_message));
      },
      std::move(done));
}

}  // namespace millrace::client::admin
