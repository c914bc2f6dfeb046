#include "controller/apis.h"
#include "protocol/gen/describe_quorum.h"

namespace millrace::controller {
namespace {

using protocol::DescribeQuorumRequest;
using protocol::DescribeQuorumResponse;
using protocol::Errc;

bool asks_for_metadata(const DescribeQuorumRequest& request) {
  return request.topics.size() == 1 && request.topics[0].topic_name == kMetadataTopic &&
         request.topics[0].partitions.size() == 1 && request.topics[0].partitions[0].partition_index == 0;
}

Buffer refuse_partitions(const DescribeQuorumRequest& request, Errc code, std::string_view message,
                         std::int16_t version) {
  DescribeQuorumResponse response;
  for (const auto& topic : request.topics) {
    auto& answer = response.topics.emplace_back();
    answer.topic_name = topic.topic_name;
    for (const auto& partition : topic.partitions) {
      auto& result = answer.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      result.error_code = protocol::to_wire(code);
      result.error_message = message;
    }
  }
  return protocol::encode_body(response, version);
}

// The leader is always caught up with itself.
void describe(const Context& context, DescribeQuorumResponse& response) {
  auto& topic = response.topics.emplace_back();
  topic.topic_name = kMetadataTopic;
  auto& partition = topic.partitions.emplace_back();
  partition.leader_id = context.self.value();
  partition.leader_epoch = context.quorum.epoch.value();
  partition.high_watermark = context.quorum.commit.value();
  for (const raft::Voter& voter : context.quorum.voters->voters()) {
    auto& state = partition.current_voters.emplace_back();
    state.replica_id = voter.key.id.value();
    state.replica_directory_id = voter.key.directory_id;
    const bool leads = voter.key.id == context.self;
    state.log_end_offset = leads ? context.quorum.log_end.value() : -1;
    state.last_fetch_timestamp = leads ? context.quorum.now.value() : -1;
    state.last_caught_up_timestamp = leads ? context.quorum.now.value() : -1;
    auto& node = response.nodes.emplace_back();
    node.node_id = voter.key.id.value();
    for (const auto& endpoint : voter.endpoints) {
      node.listeners.push_back({endpoint.listener, endpoint.host, endpoint.port});
    }
  }
  if (context.quorum.observers == nullptr) return;
  for (const auto& [key, observed] : context.quorum.observers->present(context.quorum.now)) {
    auto& state = partition.observers.emplace_back();
    state.replica_id = key.id.value();
    state.replica_directory_id = key.directory_id;
    state.log_end_offset = observed.end.value();
    state.last_fetch_timestamp = observed.fetched.value();
    state.last_caught_up_timestamp = observed.caught_up.value();
  }
}

}  // namespace

// KIP-595, KIP-836, KIP-853. Observers are who fetches the log; the broker of this process reads it directly.
Result<Decision> decide_describe_quorum(const Context& context, std::int16_t version, Bytes body) {
  DescribeQuorumRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (!asks_for_metadata(request)) {
    decision.response = refuse_partitions(request, Errc::unknown_topic_or_partition,
                                          "This server does not host this topic-partition.", version);
    return decision;
  }
  DescribeQuorumResponse response;
  describe(context, response);
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_describe_quorum(std::int16_t version, Bytes body, Errc code) {
  DescribeQuorumRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  DescribeQuorumResponse response;
  response.error_code =
      protocol::to_wire(code == Errc::not_controller ? Errc::not_leader_or_follower : code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
