#include <map>
#include <utility>

#include "controller/apis.h"
#include "controller/assignments.h"
#include "controller/limits.h"
#include "controller/placement.h"
#include "protocol/gen/create_partitions.h"

namespace millrace::controller {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::Errc;
using Wanted = CreatePartitionsRequest::CreatePartitionsTopic;
using Assignment = std::vector<std::vector<NodeId>>;

CreatePartitionsResponse::CreatePartitionsTopicResult answer(std::string_view name, const Refusal& refusal,
                                                             Texts& texts) {
  CreatePartitionsResponse::CreatePartitionsTopicResult result;
  result.name = name;
  result.error_code = protocol::to_wire(refusal.code);
  if (!refusal.message.empty()) result.error_message = texts.keep(refusal.message);
  return result;
}

Buffer refuse_all(const CreatePartitionsRequest& request, std::int16_t version, const Refusal& refusal) {
  Texts texts;
  CreatePartitionsResponse response;
  for (const Wanted& topic : request.topics) response.results.push_back(answer(topic.name, refusal, texts));
  return protocol::encode_body(response, version);
}

Refusal check_count(const metadata::TopicImage& topic, const Wanted& wanted) {
  const std::int64_t now = static_cast<std::int64_t>(topic.partitions.size());
  if (wanted.count == now) {
    return {Errc::invalid_partitions, "Topic already has " + std::to_string(now) + " partition(s)."};
  }
  if (wanted.count < now) {
    return {Errc::invalid_partitions, "The topic " + topic.name + " currently has " + std::to_string(now) +
                                          " partition(s); " + std::to_string(wanted.count) +
                                          " would not be an increase."};
  }
  const std::int64_t more = wanted.count - now;
  if (wanted.assignments && static_cast<std::int64_t>(wanted.assignments->size()) != more) {
    return {Errc::invalid_replica_assignment,
            "Attempted to add " + std::to_string(more) + " additional partition(s), but only " +
                std::to_string(wanted.assignments->size()) + " assignment(s) were specified."};
  }
  return {};
}

Refusal assign(const Context& context, const metadata::TopicImage& topic, const Wanted& wanted, Assignment& into) {
  const std::size_t factor = topic.partitions[0].replicas.size();
  const auto first = static_cast<std::int32_t>(topic.partitions.size());
  if (!wanted.assignments) {
    const std::int32_t more = wanted.count - first;
    auto placed = place_replicas(context.image, more, static_cast<std::int16_t>(factor), context.random);
    if (!placed.ok()) {
      return {Errc::invalid_replication_factor,
              "Unable to replicate the partition " + std::to_string(factor) + " time(s): " + placed.error()};
    }
    into = std::move(*placed);
    return {};
  }
  for (const auto& assignment : *wanted.assignments) {
    const auto index = first + static_cast<std::int32_t>(into.size());
    const auto problem = check_new_replicas(context.image, index, assignment.broker_ids, factor);
    if (problem) return {Errc::invalid_replica_assignment, *problem};
    into.push_back(nodes_of(assignment.broker_ids));
  }
  return {};
}

Refusal grow(const Context& context, const Wanted& wanted, std::int64_t& left, Decision& decision) {
  const metadata::TopicImage* topic = context.image.topic(wanted.name);
  if (topic == nullptr) return {Errc::unknown_topic_or_partition, "This server does not host this topic-partition."};
  if (Refusal refusal = check_count(*topic, wanted); refusal.code != Errc::none) return refusal;
  const auto first = static_cast<std::int32_t>(topic->partitions.size());
  if (wanted.count - first > left) {
    return {Errc::policy_violation, "Excessively large number of partitions per request."};
  }
  Assignment assignment;
  if (Refusal refusal = assign(context, *topic, wanted, assignment); refusal.code != Errc::none) return refusal;
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    record_partition(context, topic->id, first + static_cast<std::int32_t>(i), assignment[i], decision);
  }
  left -= wanted.count - first;
  return {};
}

}  // namespace

// KIP-195. Each topic stands alone. Kafka sets no bound on the partitions of one request and runs out of files; here
// CreateTopics' bound holds.
Result<Decision> decide_create_partitions(const Context& context, std::int16_t version, Bytes body) {
  CreatePartitionsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (request.timeout_ms <= 0 && !request.topics.empty()) {
    decision.response = refuse_all(request, version, {Errc::request_timed_out, ""});
    return decision;
  }
  std::map<std::string_view, int> times;
  for (const Wanted& topic : request.topics) ++times[topic.name];
  Texts texts;
  CreatePartitionsResponse response;
  std::int64_t left = kMaxPartitionsPerRequest;
  for (const Wanted& topic : request.topics) {
    int& seen = times[topic.name];
    if (seen == 1) {
      response.results.push_back(answer(topic.name, grow(context, topic, left, decision), texts));
    } else if (seen > 1) {
      response.results.push_back(answer(topic.name, {Errc::invalid_request, "Duplicate topic name."}, texts));
      seen = 0;
    }
  }
  if (request.validate_only) decision.records.clear();
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_create_partitions(std::int16_t version, Bytes body, Errc code) {
  CreatePartitionsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, {code, ""});
}

}  // namespace millrace::controller
