#include <numeric>
#include <utility>

#include "controller/apis.h"
#include "controller/assignments.h"
#include "protocol/gen/list_partition_reassignments.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::ListPartitionReassignmentsRequest;
using protocol::ListPartitionReassignmentsResponse;

// Adds the topic with those of its partitions that are on the move; nothing if there is none.
void list(const metadata::TopicImage& topic, const std::vector<std::int32_t>& indexes,
          ListPartitionReassignmentsResponse& response) {
  ListPartitionReassignmentsResponse::OngoingTopicReassignment answer;
  answer.name = topic.name;
  for (const std::int32_t index : indexes) {
    if (index < 0 || static_cast<std::size_t>(index) >= topic.partitions.size()) continue;
    const auto& partition = topic.partitions[static_cast<std::size_t>(index)];
    if (partition.removing.empty() && partition.adding.empty()) continue;
    auto& ongoing = answer.partitions.emplace_back();
    ongoing.partition_index = index;
    ongoing.replicas = ids_of(partition.replicas);
    ongoing.adding_replicas = ids_of(partition.adding);
    ongoing.removing_replicas = ids_of(partition.removing);
  }
  if (!answer.partitions.empty()) response.topics.push_back(std::move(answer));
}

}  // namespace

// KIP-455.
Result<Decision> decide_list_partition_reassignments(const Context& context, std::int16_t version, Bytes body) {
  ListPartitionReassignmentsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  ListPartitionReassignmentsResponse response;
  response.error_message = std::nullopt;
  if (request.topics) {
    for (const auto& asked : *request.topics) {
      const metadata::TopicImage* topic = context.image.topic(asked.name);
      if (topic != nullptr) list(*topic, asked.partition_indexes, response);
    }
  } else {
    for (const metadata::TopicImage* topic : context.image.topics()) {
      std::vector<std::int32_t> all(topic->partitions.size());
      std::iota(all.begin(), all.end(), 0);
      list(*topic, all, response);
    }
  }
  Decision decision;
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_list_partition_reassignments(std::int16_t version, Bytes body, Errc code) {
  ListPartitionReassignmentsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  ListPartitionReassignmentsResponse response;
  response.error_code = protocol::to_wire(code);
  response.error_message = std::nullopt;
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
