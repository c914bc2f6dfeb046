#include <algorithm>

#include "controller/apis.h"
#include "controller/leadership.h"
#include "controller/partition_change.h"
#include "controller/record_versions.h"
#include "protocol/gen/assign_replicas_to_dirs.h"

namespace millrace::controller {
namespace {

using protocol::AssignReplicasToDirsRequest;
using protocol::AssignReplicasToDirsResponse;
using protocol::Errc;

bool contains(const std::vector<NodeId>& nodes, NodeId id) {
  return std::find(nodes.begin(), nodes.end(), id) != nodes.end();
}

// One broker says in which of its directories its replicas are.
class Assignments {
 public:
  Assignments(const Context& context, const metadata::BrokerImage& broker, Decision& decision)
      : context_(context), broker_(broker), decision_(decision) {}

  Errc assign(const metadata::TopicImage* topic, std::int32_t index, const Uuid& directory) {
    if (topic == nullptr) return Errc::unknown_topic_id;
    if (index < 0 || static_cast<std::size_t>(index) >= topic->partitions.size()) {
      return Errc::unknown_topic_or_partition;
    }
    const auto& partition = topic->partitions[static_cast<std::size_t>(index)];
    if (!contains(partition.replicas, broker_.id)) return Errc::not_leader_or_follower;
    PartitionTarget target;
    target.directories = {{broker_.id, directory}};
    // A replica in a directory that is not online is as good as on a broker that is not there.
    if (std::find(broker_.log_dirs.begin(), broker_.log_dirs.end(), directory) == broker_.log_dirs.end()) {
      target.isr = partition.isr;
      std::erase(*target.isr, broker_.id);
      target.shift.leaves = broker_.id;
    }
    const auto record =
        change_partition(context_.image, topic->id, partition, target, partition_rules(context_, topic->name));
    if (record) decision_.record(*record, RecordVersions(context_.image).partition());
    return Errc::none;
  }

 private:
  const Context& context_;
  const metadata::BrokerImage& broker_;
  Decision& decision_;
};

}  // namespace

// KIP-858.
Result<Decision> decide_assign_replicas_to_dirs(const Context& context, std::int16_t version, Bytes body) {
  AssignReplicasToDirsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  AssignReplicasToDirsResponse response;
  const metadata::BrokerImage* broker = context.image.broker(NodeId(request.broker_id));
  if (!RecordVersions(context.image).knows_directories()) {
    response.error_code = protocol::to_wire(Errc::unsupported_version);
  } else if (broker == nullptr || broker->epoch != request.broker_epoch) {
    response.error_code = protocol::to_wire(Errc::stale_broker_epoch);
  } else {
    Assignments assignments(context, *broker, decision);
    for (const auto& directory : request.directories) {
      auto& answer = response.directories.emplace_back();
      answer.id = directory.id;
      for (const auto& topic : directory.topics) {
        auto& results = answer.topics.emplace_back();
        results.topic_id = topic.topic_id;
        const metadata::TopicImage* known = context.image.topic(topic.topic_id);
        for (const auto& partition : topic.partitions) {
          const Errc code = assignments.assign(known, partition.partition_index, directory.id);
          results.partitions.push_back({partition.partition_index, protocol::to_wire(code)});
        }
      }
    }
  }
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_assign_replicas_to_dirs(std::int16_t version, Bytes body, Errc code) {
  AssignReplicasToDirsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  AssignReplicasToDirsResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
