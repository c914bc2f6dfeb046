// From records to batches: the partition of each record, and the batch that takes it.
#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/producer/murmur2.h"
#include "client/producer/producer.h"

namespace millrace::client {

Error ProducerCore::too_large(std::string_view topic, std::size_t bytes, std::size_t limit) {
  return local_error(Cause::too_large, "a record of about " + std::to_string(bytes) + " bytes for topic " +
                                           std::string(topic) + " is above max.request.size=" + std::to_string(limit) +
                                           "; raise it, and message.max.bytes of the broker with it");
}

void ProducerCore::send(const Record& record, Delivery delivery) {
  const std::size_t body = encoder_.size(record);
  const std::size_t bytes = EncodedRecord::size_of(body);
  if (bytes > options_.max_request_bytes) {
    return refuse({record.topic, record.partition, record.timestamp_ms, {}}, std::move(delivery),
                  too_large(record.topic, bytes, options_.max_request_bytes), 0);
  }
  encoded_.resize(body);
  encoder_.put(encoded_.data());
  send(EncodedRecord{record.topic, record.partition, record.timestamp_ms, encoded_}, std::move(delivery));
}

void ProducerCore::send(const EncodedRecord& record, Delivery delivery) {
  const std::size_t bytes = record.size();
  if (closed_) {
    Error error = local_error(Cause::closed, "the producer is closed; make another one");
    return refuse(record, std::move(delivery), std::move(error), 0);
  }
  if (fatal_) return refuse(record, std::move(delivery), *fatal_, 0);
  if (transactions_) {
    if (auto why = transactions_->refusal()) return refuse(record, std::move(delivery), *std::move(why), 0);
  }
  if (bytes > options_.max_request_bytes) {
    return refuse(record, std::move(delivery),
                  too_large(record.topic, bytes, options_.max_request_bytes), 0);
  }
  if (buffered_ + bytes > options_.buffer_bytes) {
    return refuse(record, std::move(delivery),
                  local_error(Cause::queue_full, "records that wait take more than buffer.memory=" +
                                                     std::to_string(options_.buffer_bytes) +
                                                     " bytes; wait for deliveries, or raise it"),
                  0);
  }
  buffered_ += bytes;
  TopicQueues& topic = topic_queues(record.topic);
  topic.last_used = shard_.clock.now();
  if (topic.parked.empty() && place(topic, record, delivery, bytes)) return;
  ++parked_;
  topic.parked.push_back({KeptRecord(record), std::move(delivery), shard_.clock.now() + options_.max_block, bytes,
                          ++last_parked_});
  schedule_pump();
}

TopicQueues& ProducerCore::topic_queues(std::string_view text) {
  if (last_topic_ != nullptr && last_topic_->name == text) return *last_topic_;
  const std::string name(text);
  auto& topic = topics_[name];
  if (topic == nullptr) {
    topic = std::make_unique<TopicQueues>();
    topic->name = name;
    cluster_.track(name);
  }
  last_topic_ = topic.get();
  return *topic;
}

// What is known of the topic now, looked up once per view.
const TopicView* ProducerCore::view_of(TopicQueues& topic) {
  if (topic.seen != cluster_.view()) {
    topic.seen = cluster_.view();
    topic.view = topic.seen->topic(topic.name);
  }
  return topic.view;
}

// Puts the record where it belongs, or refuses it; false if that cannot be known yet.
bool ProducerCore::place(TopicQueues& topic, const EncodedRecord& record, Delivery& delivery, std::size_t bytes) {
  const TopicView* view = view_of(topic);
  if (view == nullptr || protocol::retriable(view->error)) return false;
  if (view->error != protocol::Errc::none) {
    refuse(record, std::move(delivery), broker_error(view->error, "sending to topic " + topic.name), bytes);
    return true;
  }
  if (view->partitions.empty()) return false;
  const auto count = static_cast<std::int32_t>(view->partitions.size());
  while (topic.partitions.size() < view->partitions.size()) {
    auto queue = std::make_unique<PartitionQueue>();
    queue->topic = topic.name;
    queue->partition = static_cast<std::int32_t>(topic.partitions.size());
    topic.partitions.push_back(std::move(queue));
  }
  if (record.partition && *record.partition >= count) return false;  // it may be added yet
  if (record.partition && *record.partition < 0) {
    refuse(record, std::move(delivery),
           local_error(Cause::invalid_argument, "partition " + std::to_string(*record.partition) + " of topic " +
                                                    topic.name + ": partitions are numbered from 0"),
           bytes);
    return true;
  }
  put(*topic.partitions[static_cast<std::size_t>(choose(topic, *view, record))], record, std::move(delivery), bytes);
  return true;
}

std::int32_t ProducerCore::choose(TopicQueues& topic, const TopicView& view, const EncodedRecord& record) {
  if (record.partition) return *record.partition;
  const auto count = static_cast<std::int32_t>(view.partitions.size());
  if (!options_.ignore_keys) {
    if (const auto key = record.key()) return partition_of_key(*key, count);
  }
  if (topic.sticky.due(options_.batch_bytes)) {
    std::vector<StickyChoice::Candidate> candidates;
    for (const PartitionView& partition : view.partitions) {
      const auto& queue = topic.partitions[static_cast<std::size_t>(partition.index.value())];
      if (partition.leader != kNoNode) candidates.push_back({partition.index.value(), queue->waiting.size()});
    }
    if (candidates.empty()) candidates.push_back({0, 0});
    topic.sticky.draw(candidates, options_.adaptive, shard_.random);
  }
  topic.sticky.went(record.size());
  return topic.sticky.current();
}

void ProducerCore::put(PartitionQueue& queue, const EncodedRecord& record, Delivery delivery, std::size_t bytes) {
  const bool was_empty = queue.waiting.empty();
  if (was_empty || !queue.waiting.back()->takes(bytes)) {
    queue.waiting.push_back(std::make_shared<Batch>(options_, shard_.clock.now(), ++last_order_));
    outstanding_.insert(last_order_);
    if (was_empty) busy_.emplace(std::pair<std::string_view, std::int32_t>(queue.topic, queue.partition), &queue);
    schedule_pump();
  }
  Batch& batch = *queue.waiting.back();
  batch.add(record, shard_.clock.wall(), std::move(delivery));
  if (batch.full()) schedule_pump();
}

// A record that never becomes part of a batch. `bytes`: what it has taken of the buffer.
void ProducerCore::refuse(const EncodedRecord& record, Delivery delivery, Error error, std::size_t bytes) {
  buffered_ -= bytes;
  ++statistics_.records_failed;
  if (!delivery) return;
  shard_.timers.at_turn_end([topic = std::string(record.topic), partition = record.partition.value_or(-1),
                             time = record.timestamp_ms.value_or(-1), error = std::move(error),
                             delivery = std::move(delivery)]() mutable {
    delivery({topic, partition, -1, time, &error});
  });
}

void ProducerCore::unpark(TopicQueues& topic) {
  while (!topic.parked.empty()) {
    Parked& first = topic.parked.front();
    if (!place(topic, first.record.view(), first.delivery, first.bytes)) return;
    // A flush that waits for it waits for its batch now.
    for (Flush& flush : flushes_) {
      if (first.number <= flush.upto_parked) flush.upto = last_order_;
    }
    topic.parked.pop_front();
    --parked_;
  }
}

void ProducerCore::expire_parked(MonoTime now) {
  const bool reached = !cluster_.view()->brokers.empty();
  const std::string hint = reached ? "; create it, or look at bootstrap.servers" : "; " + cluster_.failures();
  for (auto& [name, topic] : topics_) {
    while (!topic->parked.empty() && topic->parked.front().deadline <= now) {
      Parked parked = std::move(topic->parked.front());
      topic->parked.pop_front();
      --parked_;
      const bool known = cluster_.view()->topic(name) != nullptr && !topic->partitions.empty();
      const std::string what = known ? "has no partition " + std::to_string(parked.record.partition.value_or(0))
                                     : "is not known to the brokers";
      refuse(parked.record.view(), std::move(parked.delivery),
             local_error(Cause::timed_out, "topic " + name + " " + what + " within max.block.ms=" +
                                               std::to_string(options_.max_block.value()) +
                                               hint),
             parked.bytes);
    }
  }
}

}  // namespace millrace::client
