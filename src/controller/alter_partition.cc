#include <algorithm>
#include <set>

#include "controller/apis.h"
#include "controller/assignments.h"
#include "controller/partition_change.h"
#include "controller/record_versions.h"
#include "protocol/gen/alter_partition.h"

namespace millrace::controller {
namespace {

using metadata::PartitionImage;
using protocol::AlterPartitionRequest;
using protocol::AlterPartitionResponse;
using protocol::Errc;
using Wanted = AlterPartitionRequest::PartitionData;
using Answer = AlterPartitionResponse::PartitionData;

constexpr std::int8_t kRecovered = 0;
constexpr std::int8_t kRecovering = 1;

// The ISR that a leader proposes; before version 3 without the epochs of its members.
std::vector<AlterPartitionRequest::BrokerState> proposed(const Wanted& wanted, std::int16_t version) {
  if (version >= 3) return wanted.new_isr_with_epochs;
  std::vector<AlterPartitionRequest::BrokerState> isr;
  for (const std::int32_t id : wanted.new_isr) isr.push_back({id, -1});
  return isr;
}

class Alteration {
 public:
  Alteration(const Context& context, const AlterPartitionRequest& request, std::int16_t version, Decision& decision)
      : context_(context), request_(request), version_(version), decision_(decision) {}

  Answer alter(const metadata::TopicImage* topic, const Wanted& wanted) {
    Answer answer;
    answer.partition_index = wanted.partition_index;
    if (topic == nullptr) return failed(answer, Errc::unknown_topic_id);
    if (wanted.partition_index < 0 || static_cast<std::size_t>(wanted.partition_index) >= topic->partitions.size()) {
      return failed(answer, Errc::unknown_topic_or_partition);
    }
    const PartitionImage& partition = topic->partitions[static_cast<std::size_t>(wanted.partition_index)];
    const Errc code = check(partition, wanted);
    if (code != Errc::none) return failed(answer, code);
    PartitionTarget target;
    target.isr.emplace();
    for (const auto& member : proposed(wanted, version_)) target.isr->push_back(NodeId(member.broker_id));
    target.leader_recovery_state = wanted.leader_recovery_state;
    const PartitionRules rules = partition_rules(context_, topic->name);
    if (rules.unclean_allowed) target.election = Election::unclean;
    const auto record = change_partition(context_.image, topic->id, partition, target, rules);
    if (!record) return describe(answer, partition, 0, partition.leader);
    decision_.record(*record, RecordVersions(context_.image).partition());
    PartitionImage after = partition;
    if (record->isr) after.isr = nodes_of(*record->isr);
    if (record->leader_recovery_state != -1) after.leader_recovery_state = record->leader_recovery_state;
    ++after.partition_epoch;
    // The change has completed a reassignment that takes the leader, or followers of this epoch, away.
    if (record->leader != -2) return failed(answer, Errc::new_leader_elected);
    return describe(answer, after, 0, after.leader);
  }

 private:
  static Answer failed(Answer answer, Errc code) {
    answer.error_code = protocol::to_wire(code);
    return answer;
  }

  static Answer describe(Answer answer, const PartitionImage& partition, std::int16_t code, NodeId leader) {
    answer.error_code = code;
    answer.leader_id = leader.value();
    answer.leader_epoch = static_cast<std::int32_t>(partition.leader_epoch.value());
    answer.isr = ids_of(partition.isr);
    answer.leader_recovery_state = partition.leader_recovery_state;
    answer.partition_epoch = partition.partition_epoch;
    return answer;
  }

  Errc check(const PartitionImage& partition, const Wanted& wanted) const {
    const auto leader_epoch = static_cast<std::int32_t>(partition.leader_epoch.value());
    // Somebody knows of epochs that this controller has not made: it is not the active one any more.
    if (wanted.leader_epoch > leader_epoch) return Errc::not_controller;
    if (wanted.partition_epoch > partition.partition_epoch) return Errc::not_controller;
    if (wanted.leader_epoch < leader_epoch) return Errc::fenced_leader_epoch;
    if (NodeId(request_.broker_id) != partition.leader) return Errc::invalid_request;
    if (wanted.partition_epoch < partition.partition_epoch) return Errc::invalid_update_version;
    const auto isr = proposed(wanted, version_);
    if (!is_isr(partition, isr)) return Errc::invalid_request;
    if (wanted.leader_recovery_state == kRecovering && isr.size() > 1) return Errc::invalid_request;
    if (partition.leader_recovery_state == kRecovered && wanted.leader_recovery_state == kRecovering) {
      return Errc::invalid_request;
    }
    const bool all_may = std::all_of(isr.begin(), isr.end(), [&](const auto& member) { return may_join(member); });
    return all_may ? Errc::none : Errc::ineligible_replica;
  }

  // Replicas of the partition, each once, the leader among them.
  static bool is_isr(const PartitionImage& partition, const std::vector<AlterPartitionRequest::BrokerState>& isr) {
    std::set<NodeId> seen;
    for (const auto& member : isr) {
      const NodeId id(member.broker_id);
      const bool replica =
          std::find(partition.replicas.begin(), partition.replicas.end(), id) != partition.replicas.end();
      if (!replica || !seen.insert(id).second) return false;
    }
    return seen.contains(partition.leader);
  }

  bool may_join(const AlterPartitionRequest::BrokerState& member) const {
    const metadata::BrokerImage* broker = context_.image.broker(NodeId(member.broker_id));
    if (broker == nullptr || !is_active(context_.image, broker->id)) return false;
    return member.broker_epoch == -1 || member.broker_epoch == broker->epoch;
  }

  const Context& context_;
  const AlterPartitionRequest& request_;
  const std::int16_t version_;
  Decision& decision_;
};

}  // namespace

// KIP-497, KIP-903: the leader of a partition proposes its ISR.
Result<Decision> decide_alter_partition(const Context& context, std::int16_t version, Bytes body) {
  AlterPartitionRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  AlterPartitionResponse response;
  const metadata::BrokerImage* broker = context.image.broker(NodeId(request.broker_id));
  if (broker == nullptr || broker->epoch != request.broker_epoch) {
    response.error_code = protocol::to_wire(Errc::stale_broker_epoch);
  } else {
    Alteration alteration(context, request, version, decision);
    for (const auto& topic : request.topics) {
      auto& answer = response.topics.emplace_back();
      answer.topic_id = topic.topic_id;
      const metadata::TopicImage* known = context.image.topic(topic.topic_id);
      for (const Wanted& partition : topic.partitions) answer.partitions.push_back(alteration.alter(known, partition));
    }
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_alter_partition(std::int16_t version, Bytes body, Errc code) {
  AlterPartitionRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  AlterPartitionResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
