#include <utility>

#include "controller/apis.h"
#include "controller/partition_change.h"
#include "controller/record_versions.h"
#include "protocol/gen/elect_leaders.h"

namespace millrace::controller {
namespace {

using protocol::ElectLeadersRequest;
using protocol::ElectLeadersResponse;
using protocol::Errc;

constexpr std::int8_t kPreferred = 0;
constexpr std::int8_t kUnclean = 1;

ElectLeadersResponse::PartitionResult answer(std::int32_t partition, const Refusal& refusal, Texts& texts) {
  ElectLeadersResponse::PartitionResult result;
  result.partition_id = partition;
  result.error_code = protocol::to_wire(refusal.code);
  result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
  return result;
}

Buffer refuse_all(const ElectLeadersRequest& request, std::int16_t version, const Refusal& refusal) {
  Texts texts;
  ElectLeadersResponse response;
  response.error_code = protocol::to_wire(refusal.code);
  if (request.topic_partitions) {
    for (const auto& topic : *request.topic_partitions) {
      auto& results = response.replica_election_results.emplace_back();
      results.topic = topic.topic;
      for (const std::int32_t partition : topic.partitions) {
        results.partition_result.push_back(answer(partition, refusal, texts));
      }
    }
  }
  return protocol::encode_body(response, version);
}

class Elections {
 public:
  Elections(const Context& context, std::int8_t type, Decision& decision)
      : context_(context), type_(type), decision_(decision) {}

  Refusal elect(std::string_view name, std::int32_t index) {
    const metadata::TopicImage* topic = context_.image.topic(name);
    if (topic == nullptr) return {Errc::unknown_topic_or_partition, "No such topic as " + std::string(name)};
    if (index < 0 || static_cast<std::size_t>(index) >= topic->partitions.size()) {
      return {Errc::unknown_topic_or_partition,
              "No such partition as " + std::string(name) + "-" + std::to_string(index)};
    }
    const auto& partition = topic->partitions[static_cast<std::size_t>(index)];
    if (not_needed(partition)) {
      return {Errc::election_not_needed, "Leader election not needed for topic partition."};
    }
    PartitionTarget target;
    target.election = type_ == kUnclean ? Election::unclean : Election::preferred;
    const auto record =
        change_partition(context_.image, topic->id, partition, target, partition_rules(context_, name));
    if (record) {
      decision_.record(*record, RecordVersions(context_.image).partition());
      return {};
    }
    if (type_ == kUnclean) {
      return {Errc::eligible_leaders_not_available, "Eligible topic partition leaders are not available."};
    }
    return {Errc::preferred_leader_not_available, "The preferred leader was not available."};
  }

 private:
  bool not_needed(const metadata::PartitionImage& partition) const {
    if (type_ == kUnclean) return partition.leader != kNoNode;
    return !partition.replicas.empty() && partition.leader == partition.replicas[0];
  }

  const Context& context_;
  const std::int8_t type_;
  Decision& decision_;
};

}  // namespace

// KIP-183, KIP-460. Asked about every partition, it names only those where something happened or failed.
Result<Decision> decide_elect_leaders(const Context& context, std::int16_t version, Bytes body) {
  ElectLeadersRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  const bool nothing_asked = request.topic_partitions && request.topic_partitions->empty();
  if (!nothing_asked && request.timeout_ms <= 0) {
    decision.response = refuse_all(request, version, {Errc::request_timed_out, ""});
    return decision;
  }
  if (!nothing_asked && request.election_type != kPreferred && request.election_type != kUnclean) {
    decision.response = refuse_all(
        request, version,
        {Errc::invalid_request, "Unknown election type " + std::to_string(request.election_type)});
    return decision;
  }
  Texts texts;
  ElectLeadersResponse response;
  Elections elections(context, request.election_type, decision);
  if (request.topic_partitions) {
    for (const auto& topic : *request.topic_partitions) {
      auto& results = response.replica_election_results.emplace_back();
      results.topic = topic.topic;
      for (const std::int32_t partition : topic.partitions) {
        results.partition_result.push_back(answer(partition, elections.elect(topic.topic, partition), texts));
      }
    }
  } else {
    for (const metadata::TopicImage* topic : context.image.topics()) {
      auto& results = response.replica_election_results.emplace_back();
      results.topic = topic->name;
      for (const auto& partition : topic->partitions) {
        const Refusal refusal = elections.elect(topic->name, partition.index.value());
        if (refusal.code == Errc::election_not_needed) continue;
        results.partition_result.push_back(answer(partition.index.value(), refusal, texts));
      }
    }
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_elect_leaders(std::int16_t version, Bytes body, Errc code) {
  ElectLeadersRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, {code, ""});
}

}  // namespace millrace::controller
