// Vote, BeginQuorumEpoch, EndQuorumEpoch (KIP-595, KIP-853, KIP-996) as the leader of a quorum of one answers them. No
// other replica can win an election, so nobody's vote is granted, no other leader is believed, and the epoch stays; who
// asks learns who leads. Whole requests fail with INCONSISTENT_CLUSTER_ID or, where they are not about the metadata
// log, INVALID_REQUEST; the partition with FENCED_LEADER_EPOCH, INVALID_VOTER_KEY or INVALID_REQUEST.
#include "controller/apis.h"
#include "protocol/gen/begin_quorum_epoch.h"
#include "protocol/gen/end_quorum_epoch.h"
#include "protocol/gen/vote.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

template <typename Request>
Errc check_whole(const Context& context, const Request& request) {
  if (request.cluster_id && *request.cluster_id != context.cluster_id) return Errc::inconsistent_cluster_id;
  if (request.topics.size() != 1 || request.topics[0].topic_name != kMetadataTopic) return Errc::invalid_request;
  const auto& partitions = request.topics[0].partitions;
  return partitions.size() == 1 && partitions[0].partition_index == 0 ? Errc::none : Errc::invalid_request;
}

// Whether the sender speaks of the present epoch or a later one, and says who it is.
Errc check_sender(const Context& context, std::int32_t id, std::int32_t epoch) {
  if (epoch < context.quorum.epoch.value()) return Errc::fenced_leader_epoch;
  return id < 0 ? Errc::invalid_request : Errc::none;
}

// What is not given (-1, the zero id) is not compared.
Errc check_receiver(const Context& context, std::int32_t id, const Uuid& directory) {
  if (id >= 0 && NodeId(id) != context.self) return Errc::invalid_voter_key;
  const raft::Voter* self = context.quorum.voters->find(context.self);
  const bool known = self != nullptr && !self->key.directory_id.is_zero() && !directory.is_zero();
  return known && self->key.directory_id != directory ? Errc::invalid_voter_key : Errc::none;
}

Errc check(const Context& context, const protocol::VoteRequest& request) {
  const auto& asked = request.topics[0].partitions[0];
  if (const Errc code = check_sender(context, asked.replica_id, asked.replica_epoch); code != Errc::none) return code;
  return check_receiver(context, request.voter_id, asked.voter_directory_id);
}

// Leaders of an epoch are elected by the voters, and the only one has elected itself.
Errc check_leader(const Context& context, std::int32_t id, std::int32_t epoch) {
  if (const Errc code = check_sender(context, id, epoch); code != Errc::none) return code;
  return NodeId(id) == context.self && epoch == context.quorum.epoch.value() ? Errc::none : Errc::invalid_request;
}

Errc check(const Context& context, const protocol::BeginQuorumEpochRequest& request) {
  const auto& asked = request.topics[0].partitions[0];
  if (const Errc code = check_leader(context, asked.leader_id, asked.leader_epoch); code != Errc::none) return code;
  return check_receiver(context, request.voter_id, asked.voter_directory_id);
}

Errc check(const Context& context, const protocol::EndQuorumEpochRequest& request) {
  const auto& asked = request.topics[0].partitions[0];
  return check_leader(context, asked.leader_id, asked.leader_epoch);
}

template <typename Response>
Buffer answer(const Context& context, Errc code, std::int16_t version) {
  Response response;
  auto& topic = response.topics.emplace_back();
  topic.topic_name = kMetadataTopic;
  auto& partition = topic.partitions.emplace_back();
  partition.error_code = protocol::to_wire(code);
  partition.leader_id = context.self.value();
  partition.leader_epoch = context.quorum.epoch.value();
  if (const raft::VoterEndpoint* endpoint = context.endpoint()) {
    response.node_endpoints.push_back({context.self.value(), endpoint->host, endpoint->port});
  }
  return protocol::encode_body(response, version);
}

template <typename Response>
Buffer answer_whole(Errc code, std::int16_t version) {
  Response response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

template <typename Request, typename Response>
Result<Decision> decide(const Context& context, std::int16_t version, Bytes body) {
  Request request;
  MR_TRY(protocol::decode_body(body, version, request));
  const Errc whole = check_whole(context, request);
  Decision decision;
  decision.response = whole != Errc::none ? answer_whole<Response>(whole, version)
                                          : answer<Response>(context, check(context, request), version);
  return decision;
}

template <typename Request, typename Response>
Buffer refuse(std::int16_t version, Bytes body, Errc code) {
  Request request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return answer_whole<Response>(code, version);
}

}  // namespace

#define MILLRACE_PEER_API(name, Type)                                                                        \
  Result<Decision> decide_##name(const Context& context, std::int16_t version, Bytes body) {                 \
    return decide<protocol::Type##Request, protocol::Type##Response>(context, version, body);                \
  }                                                                                                          \
  Buffer refuse_##name(std::int16_t version, Bytes body, Errc code) {                                        \
    return refuse<protocol::Type##Request, protocol::Type##Response>(version, body, code);                   \
  }
MILLRACE_PEER_API(vote, Vote)
MILLRACE_PEER_API(begin_quorum_epoch, BeginQuorumEpoch)
MILLRACE_PEER_API(end_quorum_epoch, EndQuorumEpoch)
#undef MILLRACE_PEER_API

}  // namespace millrace::controller
