// From answers to deliveries: what the broker has said of each batch.
#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/producer/producer.h"

namespace millrace::client {

using protocol::Errc;
using protocol::ProduceResponse;

void ProducerCore::take_answer(NodeId node, const Sent& sent, Result<Answer<ProduceResponse>> answer) {
  std::vector<bool> answered(sent.size(), false);
  if (answer) {
    std::vector<LeaderHint> hints;
    std::vector<BrokerView> brokers;
    for (const auto& endpoint : answer->body.node_endpoints) {
      std::optional<std::string> rack;
      if (endpoint.rack) rack = std::string(*endpoint.rack);
      brokers.push_back({NodeId(endpoint.node_id),
                         {std::string(endpoint.host), static_cast<std::uint16_t>(endpoint.port)}, std::move(rack)});
    }
    for (const auto& topic : answer->body.responses) {
      const TopicView* known = answer->version >= 13 ? cluster_.view()->topic(topic.topic_id) : nullptr;
      const std::string_view name = known != nullptr ? std::string_view(known->name) : topic.name;
      for (const auto& part : topic.partition_responses) {
        const auto at = std::find_if(sent.begin(), sent.end(), [&](const auto& one) {
          return one.first->partition == part.index && one.first->topic == name;
        });
        if (at == sent.end()) continue;
        answered[static_cast<std::size_t>(at - sent.begin())] = true;
        if (part.current_leader.leader_id >= 0) {
          hints.push_back({at->first->topic, PartitionIndex(part.index), NodeId(part.current_leader.leader_id),
                           LeaderEpoch(part.current_leader.leader_epoch)});
        }
        take_part(*at->first, at->second, part);
      }
    }
    if (!hints.empty()) cluster_.learn(hints, brokers);
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto& [queue, batch] = sent[i];
    if (answered[i]) continue;
    const Error why = answer ? local_error(Cause::corrupt, "broker " + std::to_string(node.value()) +
                                                               " has not answered for " + queue->topic + "-" +
                                                               std::to_string(queue->partition))
                             : answer.error();
    if (!answer && !why.retriable) {
      lose(*queue, batch, why);
    } else {
      cluster_.refresh();
      try_again(*queue, batch, true, why);
    }
  }
  settle_flushes();
}

// With acks=0 a record has its end when the system has taken it.
void ProducerCore::take_silence(const Sent& sent, const Status& handed_over) {
  for (const auto& [queue, batch] : sent) {
    if (!handed_over) {
      try_again(*queue, batch, false, handed_over.error());
      continue;
    }
    statistics_.records_sent += static_cast<std::uint64_t>(batch->count());
    batch->succeed(queue->topic, queue->partition, -1, -1);
    finish(*queue, batch);
  }
  settle_flushes();
}

void ProducerCore::take_part(PartitionQueue& queue, const BatchPtr& batch,
                             const ProduceResponse::PartitionProduceResponse& part) {
  const auto code = static_cast<Errc>(part.error_code);
  if (code == Errc::none || code == Errc::duplicate_sequence_number) {
    const bool known = code == Errc::none;
    queue.acked_sequence = record::sequence_plus(batch->sequence() < 0 ? 0 : batch->sequence(), batch->count() - 1);
    statistics_.records_sent += static_cast<std::uint64_t>(batch->count());
    batch->succeed(queue.topic, queue.partition, known ? part.base_offset : -1, part.log_append_time_ms);
    return finish(queue, batch);
  }
  const std::string what = "sending to " + queue.topic + "-" + std::to_string(queue.partition);
  const Error error = broker_error(code, what, part.error_message.value_or(""));
  const bool idempotent = identity_.needed() && options_.transactional_id.empty();
  if (code == Errc::message_too_large && batch->count() > 1) return split(queue, batch);
  if (idempotent && code == Errc::out_of_order_sequence_number) {
    // Refused because one before it is missing: that one is on its way again. If none is missing, the broker has
    // forgotten what it had.
    const std::int32_t expected = queue.acked_sequence < 0 ? 0 : record::sequence_plus(queue.acked_sequence, 1);
    if (batch->sequence() == expected && queue.in_flight.front() == batch) bump_wanted_ = true;
    return try_again(queue, batch, false, error);
  }
  if (idempotent && (code == Errc::unknown_producer_id || code == Errc::invalid_producer_epoch)) {
    bump_wanted_ = true;
    new_id_wanted_ |= code == Errc::invalid_producer_epoch;
    return try_again(queue, batch, false, error);
  }
  if (protocol::retriable(code)) {
    cluster_.refresh();
    // A time-out, or too few replicas after the append, leaves open what was written.
    const bool open = code == Errc::request_timed_out || code == Errc::not_enough_replicas_after_append ||
                      code == Errc::kafka_storage_error;
    return try_again(queue, batch, batch->may_be_written || open, error);
  }
  std::vector<Batch::Refused> refused;
  for (const auto& one : part.record_errors) {
    Error own = error;
    if (one.batch_index_error_message) own.message = what + ": " + std::string(*one.batch_index_error_message);
    refused.push_back({one.batch_index, std::move(own)});
  }
  Error others = error;
  if (!refused.empty()) {
    others.message = what + ": refused because of other records of its batch, which went with it; send it again";
  }
  if (identity_.needed()) bump_wanted_ = true;
  lose(queue, batch, others, refused);
}

void ProducerCore::try_again(PartitionQueue& queue, const BatchPtr& batch, bool may_be_written, const Error& why) {
  const MonoTime now = shard_.clock.now();
  batch->may_be_written = may_be_written;
  const bool late = batch->begun() + options_.delivery_timeout <= now;
  if (batch->attempts > options_.retries || late || closed_) {
    if (identity_.needed()) bump_wanted_ = true;
    return lose(queue, batch, why);
  }
  // 2^attempts, bounded, with jitter.
  std::int64_t wait = options_.retry_backoff.value();
  for (std::uint32_t i = 1; i < batch->attempts && wait < options_.retry_backoff_max.value(); ++i) wait *= 2;
  wait = std::min(wait, options_.retry_backoff_max.value());
  wait += static_cast<std::int64_t>(shard_.random.next() % static_cast<std::uint64_t>(wait / 5 + 1));
  batch->not_before = now + Millis(wait);
  queue.forget_in_flight(batch);
  queue.put_back(batch);
  busy_.emplace(std::pair<std::string_view, std::int32_t>(queue.topic, queue.partition), &queue);
}

// The broker found the batch too large: its halves take its place and its sequences.
void ProducerCore::split(PartitionQueue& queue, const BatchPtr& batch) {
  auto halves = batch->split(options_);
  std::int32_t sequence = batch->sequence();
  for (auto& half : halves) {
    BatchPtr part = std::move(half);
    if (identity_.needed()) {
      part->seal(identity_.id(), batch->epoch(), sequence);
      sequence = record::sequence_plus(sequence, part->count());
    } else {
      part->seal(kNoProducer, kNoProducerEpoch, -1);
    }
    part->numbered = true;
    part->attempts = batch->attempts;
    queue.put_back(std::move(part));
  }
  queue.forget_in_flight(batch);
  busy_.emplace(std::pair<std::string_view, std::int32_t>(queue.topic, queue.partition), &queue);
}

// The batch has its end.
void ProducerCore::finish(PartitionQueue& queue, const BatchPtr& batch) {
  buffered_ -= batch->bytes();
  queue.forget_in_flight(batch);
  const auto same = [&](const BatchPtr& other) { return other->order == batch->order; };
  // A half that was split off shares its order with the other.
  const bool other_half = std::any_of(queue.waiting.begin(), queue.waiting.end(), same) ||
                          std::any_of(queue.in_flight.begin(), queue.in_flight.end(), same);
  if (!other_half) outstanding_.erase(batch->order);
}

void ProducerCore::lose(PartitionQueue& queue, const BatchPtr& batch, const Error& error,
                        const std::vector<Batch::Refused>& refused) {
  statistics_.records_failed += static_cast<std::uint64_t>(batch->count());
  finish(queue, batch);
  shard_.timers.at_turn_end([topic = queue.topic, partition = queue.partition, batch, error, refused] {
    batch->fail(topic, partition, error, refused);
  });
}

}  // namespace millrace::client
