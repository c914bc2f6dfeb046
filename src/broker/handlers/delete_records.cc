#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/partition_questions.h"
#include "protocol/errc.h"
#include "protocol/gen/delete_records.h"

namespace millrace::broker {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using protocol::Errc;

constexpr std::int64_t kToHighWatermark = -1;

struct Deletion {
  PartitionKey key;
  ShardId owner{0};
  std::int64_t offset = 0;
  bool allowed = false;  // by the topic's cleanup.policy
};

struct Deleted {
  Errc error = Errc::none;
  std::int64_t low_watermark = -1;
};

struct Deleting {
  RequestPtr request;
  DeleteRecordsRequest body;
  DeleteRecordsResponse response;
  std::vector<std::pair<std::size_t, std::size_t>> places;
};

// Kafka's order of the checks.
Deleted delete_below(replica::Partition* partition, Errc error, const Deletion& deletion) {
  if (partition == nullptr) return {error, -1};
  if (!partition->is_leader()) return {Errc::not_leader_or_follower, -1};
  if (!deletion.allowed) return {Errc::policy_violation, -1};
  const Offset committed = partition->high_watermark();
  const Offset offset = deletion.offset == kToHighWatermark ? committed : Offset(deletion.offset);
  if (offset < Offset(0) || offset > committed) return {Errc::offset_out_of_range, -1};
  if (const Status moved = partition->log().advance_start(offset); !moved) {
    return {moved.error() == Error::out_of_range ? Errc::offset_out_of_range : Errc::kafka_storage_error, -1};
  }
  return {Errc::none, partition->log_start().value()};
}

}  // namespace

// KIP-107. A partition that is named twice is answered once, by its last offset. Answered when the new starts are in
// log-start-offset-checkpoint: what was deleted stays deleted.
void delete_records(RequestPtr request, Broker& broker) {
  auto body = read_body<DeleteRecordsRequest>(*request);
  if (!body) return;
  auto deleting = std::make_shared<Deleting>();
  deleting->request = std::move(request);
  deleting->body = std::move(*body);
  std::map<std::string_view, std::map<std::int32_t, std::int64_t>> asked;
  for (const auto& topic : deleting->body.topics) {
    for (const auto& partition : topic.partitions) asked[topic.name][partition.partition_index] = partition.offset;
  }
  std::vector<Deletion> deletions;
  for (const auto& [name, partitions] : asked) {
    auto& answers = deleting->response.topics.emplace_back();
    answers.name = name;
    const auto* topic = broker.image()->topic(name);
    for (const auto& [index, offset] : partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = index;
      answer.low_watermark = -1;
      if (topic == nullptr || index < 0 || static_cast<std::size_t>(index) >= topic->partitions.size()) {
        answer.error_code = protocol::to_wire(Errc::unknown_topic_or_partition);
      } else if (is_internal_topic(name)) {
        answer.error_code = protocol::to_wire(Errc::invalid_topic_exception);
      } else {
        const PartitionIndex partition(index);
        const config::TopicConfig& rules = broker.rules().of(name).config;
        deletions.push_back({{topic->id, partition}, broker.owner(name, partition), offset,
                             rules.remove_old || !rules.compact});
        deleting->places.emplace_back(deleting->response.topics.size() - 1, answers.partitions.size() - 1);
      }
    }
  }
  ask_all<Deleted>(
      broker, std::move(deletions),
      [](replica::Partition* partition, Errc error, const Deletion& deletion, Callback<void(Deleted)> done) {
        done(delete_below(partition, error, deletion));
      },
      [deleting, &broker](std::vector<Deleted> outcomes) {
        bool moved = false;
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
          const auto [topic, partition] = deleting->places[i];
          auto& target = deleting->response.topics[topic].partitions[partition];
          target.error_code = protocol::to_wire(outcomes[i].error);
          target.low_watermark = outcomes[i].low_watermark;
          moved |= outcomes[i].error == Errc::none;
        }
        if (!moved) return answer(*deleting->request, deleting->response);
        broker.checkpoint(kLogStarts, [deleting] { answer(*deleting->request, deleting->response); });
      });
}

}  // namespace millrace::broker
