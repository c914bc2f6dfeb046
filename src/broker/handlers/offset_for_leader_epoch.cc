// OffsetForLeaderEpoch (KIP-101, KIP-279, KIP-320): where an epoch of a partition's leaders ended.
#include <memory>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/partition_questions.h"
#include "protocol/errc.h"
#include "protocol/gen/offset_for_leader_epoch.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::OffsetForLeaderEpochRequest;
using protocol::OffsetForLeaderEpochResponse;

struct Question {
  PartitionKey key;
  ShardId owner;
  LeaderEpoch current;  // what the client believes; kNoEpoch: anything
  LeaderEpoch epoch;
};

struct Found {
  Errc error = Errc::none;
  log::EpochEnd end;
};

struct Place {
  std::size_t topic;
  std::size_t partition;
};

void find_end(replica::Partition* partition, Errc error, const Question& question, Callback<void(Found)> done) {
  if (partition == nullptr) return done({error, {}});
  const Errc epoch = check_leader_epoch(question.current, partition->leader_epoch());
  if (epoch != Errc::none) return done({epoch, {}});
  if (!partition->is_leader()) return done({Errc::not_leader_or_follower, {}});
  // The epoch in force ends at the log's end, whether it has a record or not.
  if (question.epoch == partition->leader_epoch()) return done({Errc::none, {question.epoch, partition->log_end()}});
  if (question.epoch > partition->leader_epoch() || question.epoch == kNoEpoch) return done({});
  const log::EpochEnd end = partition->log().end_of_epoch(question.epoch);
  // An epoch from before the log begins ended where the log begins.
  if (end.epoch == kNoEpoch) return done({Errc::none, {question.epoch, partition->log_start()}});
  done({Errc::none, end});
}

}  // namespace

void offset_for_leader_epoch(RequestPtr request, Broker& broker) {
  auto body = read_body<OffsetForLeaderEpochRequest>(*request);
  if (!body) return;
  auto response = std::make_shared<OffsetForLeaderEpochResponse>();
  std::vector<Question> questions;
  std::vector<Place> places;
  for (const auto& topic : body->topics) {
    const auto* known = broker.image()->topic(topic.topic);
    auto& topic_answer = response->topics.emplace_back();
    topic_answer.topic = topic.topic;
    for (const auto& partition : topic.partitions) {
      auto& answer = topic_answer.partitions.emplace_back();
      answer.partition = partition.partition;
      if (known == nullptr) {
        answer.error_code = protocol::to_wire(Errc::unknown_topic_or_partition);
        continue;
      }
      const PartitionIndex index(partition.partition);
      questions.push_back({{known->id, index}, broker.owner(topic.topic, index),
                           LeaderEpoch(partition.current_leader_epoch), LeaderEpoch(partition.leader_epoch)});
      places.push_back({response->topics.size() - 1, topic_answer.partitions.size() - 1});
    }
  }
  ask_all<Found>(broker, std::move(questions), find_end,
                 [request = std::move(request), response, places = std::move(places)](std::vector<Found> found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto& target = response->topics[places[i].topic].partitions[places[i].partition];
      target.error_code = protocol::to_wire(found[i].error);
      target.leader_epoch = found[i].end.epoch.value();
      target.end_offset = found[i].end.end.value();
    }
    answer(*request, *response);
  });
}

}  // namespace millrace::broker
