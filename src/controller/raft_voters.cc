// AddRaftVoter, RemoveRaftVoter, UpdateRaftVoter (KIP-853), as a quorum of one voter can answer them: it never has
// company, and its only member stays.
#include <algorithm>

#include "base/ascii.h"
#include "controller/apis.h"
#include "protocol/gen/add_raft_voter.h"
#include "protocol/gen/remove_raft_voter.h"
#include "protocol/gen/update_raft_voter.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

constexpr std::string_view kAlone = "This quorum has one voter, and cannot have more or fewer.";

bool is_ours(const Context& context, std::optional<std::string_view> cluster_id) {
  return !cluster_id || *cluster_id == context.cluster_id;
}

const raft::Voter* find_voter(const Context& context, std::int32_t id) {
  return context.quorum.voters->find(NodeId(id));
}

// Whether a voter says where it listens for the others: on the listener that this one has for them, its name in
// whatever case.
template <typename Listeners>
bool reachable(const Context& context, const Listeners& listeners) {
  const raft::VoterEndpoint* own = context.endpoint();
  if (own == nullptr) return !listeners.empty();
  return std::ranges::any_of(
      listeners, [&](const auto& listener) { return same_but_for_case(listener.name, own->listener); });
}

template <typename Response>
Buffer answer(const Refusal& refusal, std::int16_t version) {
  Response response;
  response.error_code = protocol::to_wire(refusal.code);
  response.error_message = refusal.message.empty() ? std::nullopt : std::optional<std::string_view>(refusal.message);
  return protocol::encode_body(response, version);
}

Refusal check_key(const Context& context, std::optional<std::string_view> cluster_id, std::int32_t id,
                  const Uuid& directory, std::string_view what) {
  if (!is_ours(context, cluster_id)) {
    return {Errc::inconsistent_cluster_id, "The given id \"" + std::string(*cluster_id) +
                                               "\" doesn't match the cluster id \"" +
                                               std::string(context.cluster_id) + "\""};
  }
  if (id < 0 || directory.is_zero()) {
    return {Errc::invalid_request, std::string(what) + " voter request didn't include a valid voter"};
  }
  return {};
}

Refusal add(const Context& context, const protocol::AddRaftVoterRequest& request) {
  Refusal refusal = check_key(context, request.cluster_id, request.voter_id, request.voter_directory_id, "Add");
  if (refusal.code != Errc::none) return refusal;
  if (!reachable(context, request.listeners)) {
    return {Errc::invalid_request, "Add voter request didn't include the endpoint for the default listener"};
  }
  if (context.image.kraft_version() < 1) {
    return {Errc::unsupported_version, "Cluster doesn't support adding voter because the kraft.version feature is 0"};
  }
  if (find_voter(context, request.voter_id) != nullptr) {
    return {Errc::duplicate_voter,
            "The voter id for " + std::to_string(request.voter_id) + " is already part of the set of voters."};
  }
  return {Errc::unsupported_version, std::string(kAlone)};
}

Refusal remove(const Context& context, const protocol::RemoveRaftVoterRequest& request) {
  Refusal refusal = check_key(context, request.cluster_id, request.voter_id, request.voter_directory_id, "Remove");
  if (refusal.code != Errc::none) return refusal;
  if (context.image.kraft_version() < 1) {
    return {Errc::unsupported_version,
            "Cluster doesn't support removing voter because the kraft.version feature is 0"};
  }
  const raft::Voter* voter = find_voter(context, request.voter_id);
  if (voter == nullptr || voter->key.directory_id != request.voter_directory_id) {
    return {Errc::voter_not_found,
            "Cannot remove voter " + std::to_string(request.voter_id) + " from the set of voters."};
  }
  return {Errc::unsupported_version, std::string(kAlone)};
}

// The voter itself tells where it listens; the leader wrote that down when it began its epoch.
Errc update(const Context& context, const protocol::UpdateRaftVoterRequest& request) {
  if (!is_ours(context, request.cluster_id)) return Errc::inconsistent_cluster_id;
  if (request.current_leader_epoch < context.quorum.epoch.value()) return Errc::fenced_leader_epoch;
  if (request.current_leader_epoch > context.quorum.epoch.value()) return Errc::unknown_leader_epoch;
  if (request.voter_id < 0 || request.voter_directory_id.is_zero() || !reachable(context, request.listeners)) {
    return Errc::invalid_request;
  }
  const auto& levels = request.k_raft_version_feature;
  if (levels.min_supported_version < 0 || levels.max_supported_version < levels.min_supported_version) {
    return Errc::invalid_request;
  }
  const raft::Voter* voter = find_voter(context, request.voter_id);
  if (voter == nullptr || voter->key.directory_id != request.voter_directory_id) return Errc::voter_not_found;
  const bool same = std::all_of(request.listeners.begin(), request.listeners.end(), [&](const auto& listener) {
    return std::any_of(voter->endpoints.begin(), voter->endpoints.end(), [&](const auto& known) {
      return known.listener == listener.name && known.host == listener.host && known.port == listener.port;
    });
  });
  return same ? Errc::none : Errc::invalid_request;
}

// Who leads, and where it listens for the other voters.
protocol::UpdateRaftVoterResponse::CurrentLeader leader_of(const Context& context) {
  protocol::UpdateRaftVoterResponse::CurrentLeader leader;
  leader.leader_id = context.self.value();
  leader.leader_epoch = context.quorum.epoch.value();
  if (const raft::VoterEndpoint* own = context.endpoint()) {
    leader.host = own->host;
    leader.port = own->port;
  }
  return leader;
}

template <typename Request, typename Response>
Buffer refuse(std::int16_t version, Bytes body, Errc code) {
  Request request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return answer<Response>({code, ""}, version);
}

}  // namespace

Result<Decision> decide_add_raft_voter(const Context& context, std::int16_t version, Bytes body) {
  protocol::AddRaftVoterRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  decision.response = answer<protocol::AddRaftVoterResponse>(add(context, request), version);
  return decision;
}
Buffer refuse_add_raft_voter(std::int16_t version, Bytes body, Errc code) {
  return refuse<protocol::AddRaftVoterRequest, protocol::AddRaftVoterResponse>(version, body, code);
}

Result<Decision> decide_remove_raft_voter(const Context& context, std::int16_t version, Bytes body) {
  protocol::RemoveRaftVoterRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  decision.response = answer<protocol::RemoveRaftVoterResponse>(remove(context, request), version);
  return decision;
}
Buffer refuse_remove_raft_voter(std::int16_t version, Bytes body, Errc code) {
  return refuse<protocol::RemoveRaftVoterRequest, protocol::RemoveRaftVoterResponse>(version, body, code);
}

Result<Decision> decide_update_raft_voter(const Context& context, std::int16_t version, Bytes body) {
  protocol::UpdateRaftVoterRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  protocol::UpdateRaftVoterResponse response;
  response.error_code = protocol::to_wire(update(context, request));
  response.current_leader = leader_of(context);
  Decision decision;
  decision.response = protocol::encode_body(response, version);
  return decision;
}
Buffer refuse_update_raft_voter(std::int16_t version, Bytes body, Errc code) {
  protocol::UpdateRaftVoterRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  protocol::UpdateRaftVoterResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
