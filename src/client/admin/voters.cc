#include "client/admin/cluster_ops.h"
#include "protocol/gen/add_raft_voter.h"
#include "protocol/gen/api_versions.h"
#include "protocol/gen/remove_raft_voter.h"

// Who votes in the quorum, and which APIs each broker offers.
namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

void add_voter(AdminCore& core, std::int32_t id, TopicId directory, std::vector<QuorumEndpoint> endpoints,
               std::optional<std::string> cluster_id, Millis timeout, Done<void> done) {
  ask<void, AddRaftVoterResponse, AddRaftVoterRequest>(
      core, Target::controller(), timeout,
      [id, directory, endpoints = std::move(endpoints), cluster_id = std::move(cluster_id), timeout](std::int16_t) {
        AddRaftVoterRequest request;
        request.cluster_id = cluster_id;
        request.timeout_ms = static_cast<std::int32_t>(std::min<std::int64_t>(timeout.value(), 0x7fffffff));
        request.voter_id = id;
        request.voter_directory_id = uuid(directory);
        for (const auto& at : endpoints) request.listeners.push_back({at.listener, at.host, at.port});
        return request;
      },
      by_code,
      [id](const Answer<AddRaftVoterResponse>& answer) -> Result<void> {
        return broker_status(answer.body.error_code, "adding voter " + std::to_string(id),
                             text(answer.body.error_message));
      },
      std::move(done));
}

void remove_voter(AdminCore& core, std::int32_t id, TopicId directory, std::optional<std::string> cluster_id,
                  Millis timeout, Done<void> done) {
  ask<void, RemoveRaftVoterResponse, RemoveRaftVoterRequest>(
      core, Target::controller(), timeout,
      [id, directory, cluster_id = std::move(cluster_id)](std::int16_t) {
        RemoveRaftVoterRequest request;
        request.cluster_id = cluster_id;
        request.voter_id = id;
        request.voter_directory_id = uuid(directory);
        return request;
      },
      by_code,
      [id](const Answer<RemoveRaftVoterResponse>& answer) -> Result<void> {
        return broker_status(answer.body.error_code, "removing voter " + std::to_string(id),
                             text(answer.body.error_message));
      },
      std::move(done));
}

void describe_versions(AdminCore& core, Millis timeout, Done<Items<Node, std::vector<OfferedApi>>> done) {
  using Apis = std::vector<OfferedApi>;
  auto all = gather<Items<Node, Apis>>(std::move(done));
  describe_cluster(core, false, timeout, [&core, timeout, all](Result<ClusterDescription> cluster) {
    if (!cluster) return all->fail(cluster.error());
    for (const Node& node : cluster->nodes) {
      ask<Apis, ApiVersionsResponse, ApiVersionsRequest>(
          core, Target::node(NodeId(node.id)), timeout,
          [](std::int16_t) {
            ApiVersionsRequest request;
            request.client_software_name = "millrace-cpp";
            request.client_software_version = "0.1.0";
            return request;
          },
          by_code,
          [](const Answer<ApiVersionsResponse>& answer) -> Result<Apis> {
            const auto status = broker_status(answer.body.error_code, "asking for the versions of APIs");
            if (!status.ok()) return status.error();
            Apis apis;
            for (const auto& api : answer.body.api_keys) {
              apis.push_back({api.api_key, {api.min_version, api.max_version}});
            }
            return apis;
          },
          [all, node](Result<Apis> apis) { all->value.push_back({node, std::move(apis)}); });
    }
  });
}

}  // namespace millrace::client::admin
