// DescribeProducers (KIP-664): the idempotent producers that partitions know.
#include <memory>
#include <utility>
#include <vector>

#include "broker/arena.h"
#include "broker/handlers/config_resources.h"
#include "broker/handlers/handlers.h"
#include "broker/partition_questions.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_producers.h"

namespace millrace::broker {
namespace {

using protocol::DescribeProducersRequest;
using protocol::DescribeProducersResponse;
using protocol::Errc;
using Producer = DescribeProducersResponse::ProducerState;

struct Question {
  PartitionKey key;
  ShardId owner;
};

struct Found {
  Errc error = Errc::none;
  std::vector<Producer> producers;
};

struct Place {
  std::size_t topic;
  std::size_t partition;
};

Producer describe(ProducerId id, const record::ProducerEntry& known) {
  Producer producer;
  producer.producer_id = id.value();
  producer.producer_epoch = known.epoch.value();
  if (known.batch_count > 0) producer.last_sequence = known.batches[known.batch_count - 1].last_sequence;
  producer.last_timestamp = known.last_timestamp.value();
  producer.coordinator_epoch = known.coordinator_epoch;
  producer.current_txn_start_offset = known.current_txn_first_offset.value();
  return producer;
}

void list(replica::Partition* partition, Errc error, const Question&, Callback<void(Found)> done) {
  if (partition == nullptr) return done({error, {}});
  if (!partition->is_leader()) return done({Errc::not_leader_or_follower, {}});
  Found found;
  for (const auto& [id, known] : partition->log().producers().entries()) found.producers.push_back(describe(id, known));
  done(std::move(found));
}

}  // namespace

void describe_producers(RequestPtr request, Broker& broker) {
  auto body = read_body<DescribeProducersRequest>(*request);
  if (!body) return;
  struct Answer {
    Arena arena;
    DescribeProducersResponse response;
    std::vector<Place> places;
  };
  auto whole = std::make_shared<Answer>();
  std::vector<Question> questions;
  for (const auto& topic : body->topics) {
    const std::string_view problem = whole->arena.keep(topic_name_problem(topic.name));
    const auto* known = broker.image()->topic(topic.name);
    auto& topic_answer = whole->response.topics.emplace_back();
    topic_answer.name = topic.name;
    for (const std::int32_t number : topic.partition_indexes) {
      auto& answer = topic_answer.partitions.emplace_back();
      answer.partition_index = number;
      if (!problem.empty()) {
        answer.error_code = protocol::to_wire(Errc::invalid_topic_exception);
        answer.error_message = problem;
      } else if (known == nullptr) {
        answer.error_code = protocol::to_wire(Errc::unknown_topic_or_partition);
        answer.error_message = "This server does not host this topic-partition.";
      } else {
        const PartitionIndex index(number);
        questions.push_back({{known->id, index}, broker.owner(topic.name, index)});
        whole->places.push_back({whole->response.topics.size() - 1, topic_answer.partitions.size() - 1});
      }
    }
  }
  ask_all<Found>(broker, std::move(questions), list, [request = std::move(request), whole](std::vector<Found> found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Place& place = whole->places[i];
      auto& target = whole->response.topics[place.topic].partitions[place.partition];
      target.error_code = protocol::to_wire(found[i].error);
      target.active_producers = std::move(found[i].producers);
    }
    answer(*request, whole->response);
  });
}

}  // namespace millrace::broker
