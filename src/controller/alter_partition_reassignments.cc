#include <algorithm>
#include <set>
#include <utility>

#include "controller/apis.h"
#include "controller/assignments.h"
#include "controller/partition_change.h"
#include "controller/record_versions.h"
#include "protocol/gen/alter_partition_reassignments.h"

namespace millrace::controller {
namespace {

using protocol::AlterPartitionReassignmentsRequest;
using protocol::AlterPartitionReassignmentsResponse;
using protocol::Errc;
using metadata::PartitionImage;
using Nodes = std::vector<NodeId>;

bool contains(const Nodes& nodes, NodeId id) { return std::find(nodes.begin(), nodes.end(), id) != nodes.end(); }

Nodes without(Nodes nodes, const Nodes& others) {
  std::erase_if(nodes, [&](NodeId id) { return contains(others, id); });
  return nodes;
}

// Who is in `nodes` and not in `others`, in order of id.
Nodes difference(const Nodes& nodes, const Nodes& others) {
  Nodes result = without(nodes, others);
  std::sort(result.begin(), result.end());
  return result;
}

bool moves(const PartitionImage& partition) {
  return !partition.removing.empty() || !partition.adding.empty();
}

class Reassignment {
 public:
  Reassignment(const Context& context, bool factor_may_change, Decision& decision)
      : context_(context), factor_may_change_(factor_may_change), decision_(decision) {}

  Refusal alter(std::string_view name, const AlterPartitionReassignmentsRequest::ReassignablePartition& wanted) {
    const metadata::TopicImage* topic = context_.image.topic(name);
    if (topic == nullptr) {
      return {Errc::unknown_topic_or_partition, "Unable to find a topic named " + std::string(name) + "."};
    }
    if (wanted.partition_index < 0 || static_cast<std::size_t>(wanted.partition_index) >= topic->partitions.size()) {
      return {Errc::unknown_topic_or_partition, "Unable to find partition " + std::string(name) + ":" +
                                                    std::to_string(wanted.partition_index) + "."};
    }
    const PartitionImage& partition = topic->partitions[static_cast<std::size_t>(wanted.partition_index)];
    PartitionTarget target;
    const PartitionRules rules = partition_rules(context_, name);
    const Refusal refusal = wanted.replicas ? move(partition, *wanted.replicas, target)
                                            : cancel(*topic, partition, rules, target);
    if (refusal.code != Errc::none) return refusal;
    const auto record = change_partition(context_.image, topic->id, partition, target, rules);
    if (record) decision_.record(*record, RecordVersions(context_.image).partition());
    return {};
  }

 private:
  Refusal move(const PartitionImage& partition, const std::vector<std::int32_t>& ids, PartitionTarget& target) const {
    if (const auto problem = check_replicas(context_.image, ids, 0)) {
      return {Errc::invalid_replica_assignment, *problem};
    }
    if (!factor_may_change_) {
      const std::size_t now = without(partition.replicas, partition.removing).size();
      const std::size_t before = moves(partition) ? now : partition.replicas.size();
      if (before != ids.size()) {
        return {Errc::invalid_replication_factor, "The replication factor is changed from " + std::to_string(before) +
                                                      " to " + std::to_string(ids.size())};
      }
    }
    const Nodes wanted = nodes_of(ids);
    const Nodes removing = difference(partition.replicas, wanted);
    const Nodes adding = difference(wanted, partition.replicas);
    Nodes replicas = wanted;
    replicas.insert(replicas.end(), removing.begin(), removing.end());
    target.replicas = std::move(replicas);
    if (!removing.empty()) target.removing = removing;
    if (!adding.empty()) target.adding = adding;
    return {};
  }

  // Back to the replicas of before. When only new ones are in sync, that means to elect one that is not.
  Refusal cancel(const metadata::TopicImage& topic, const PartitionImage& partition, const PartitionRules& rules,
                 PartitionTarget& target) const {
    if (!moves(partition)) {
      return {Errc::no_reassignment_in_progress, ""};
    }
    target.replicas = without(partition.replicas, partition.adding);
    target.isr = without(partition.isr, partition.adding);
    target.removing.emplace();
    target.adding.emplace();
    if (target.isr->empty()) {
      if (target.replicas->empty()) {
        return {Errc::invalid_replica_assignment,
                "Invalid replica assignment: addingReplicas contains all replicas."};
      }
      if (!rules.unclean_allowed) {
        return {Errc::invalid_replica_assignment, "Unable to revert partition assignment for " + topic.name + ":" +
                                                      std::to_string(partition.index.value()) +
                                                      " because it would require an unclean leader election."};
      }
      target.isr->push_back(target.replicas->front());
    }
    if (rules.unclean_allowed) target.election = Election::unclean;
    return {};
  }

  const Context& context_;
  const bool factor_may_change_;
  Decision& decision_;
};

Buffer refuse_all(const AlterPartitionReassignmentsRequest& request, std::int16_t version, Errc code) {
  AlterPartitionReassignmentsResponse response;
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  response.error_code = protocol::to_wire(code);
  response.error_message = std::nullopt;
  for (const auto& topic : request.topics) {
    auto& answer = response.responses.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& result = answer.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      result.error_code = protocol::to_wire(code);
      result.error_message = std::nullopt;
    }
  }
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-455, KIP-860. Each partition stands alone.
Result<Decision> decide_alter_partition_reassignments(const Context& context, std::int16_t version, Bytes body) {
  AlterPartitionReassignmentsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (request.timeout_ms <= 0 && !request.topics.empty()) {
    decision.response = refuse_all(request, version, Errc::request_timed_out);
    return decision;
  }
  Texts texts;
  AlterPartitionReassignmentsResponse response;
  if (!request.topics.empty()) {
    response.allow_replication_factor_change = request.allow_replication_factor_change;
    response.error_message = std::nullopt;
  }
  Reassignment reassignment(context, request.allow_replication_factor_change, decision);
  for (const auto& topic : request.topics) {
    auto& answer = response.responses.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) {
      const Refusal refusal = reassignment.alter(topic.name, partition);
      auto& result = answer.partitions.emplace_back();
      result.partition_index = partition.partition_index;
      result.error_code = protocol::to_wire(refusal.code);
      result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
    }
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_alter_partition_reassignments(std::int16_t version, Bytes body, Errc code) {
  AlterPartitionReassignmentsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, code);
}

}  // namespace millrace::controller
