// From answers to deliveries: what the broker has said of each batch.
#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/limits.h"
#include "client/producer/producer.h"

namespace millrace::client {

using protocol::Errc;
using protocol::ProduceResponse;

namespace {

// Errors that say that the broker cannot place the batch among what it knows of the producer.
bool of_identity(Errc code) {
  return code == Errc::out_of_order_sequence_number || code == Errc::unknown_producer_id ||
         code == Errc::invalid_producer_epoch;
}

// With any other error that passes, a broker may have written the batch and lost the leadership before it was answered.
bool refused_before_append(Errc code) {
  return code == Errc::not_enough_replicas || code == Errc::corrupt_message || code == Errc::throttling_quota_exceeded;
}

// A batch that was given up while its answer was on the way.
bool has_ended(const PartitionQueue& queue, const BatchPtr& batch) {
  return std::find(queue.in_flight.begin(), queue.in_flight.end(), batch) == queue.in_flight.end();
}

}  // namespace

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
        if (at == sent.end() || has_ended(*at->first, at->second)) continue;
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
    if (answered[i] || has_ended(*queue, batch)) continue;
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
    batch->succeed(queue->topic, queue->partition, -1, -1, shard_.log);
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
    batch->succeed(queue.topic, queue.partition, known ? part.base_offset : -1, part.log_append_time_ms, shard_.log);
    finish(queue, batch);
    // What was sent once and is answered has left.
    if (batch->attempts == 1 && spare_.size() < kSpareSpaces) spare_.push_back(batch->take_space());
    return;
  }
  const std::string what = "sending to " + queue.topic + "-" + std::to_string(queue.partition);
  const Error error = broker_error(code, what, part.error_message.value_or(""));
  if (code == Errc::message_too_large && batch->count() > 1) return split(queue, batch);
  if (identity_.needed() && of_identity(code)) return refused_identity(queue, batch, code, error);
  if (protocol::retriable(code)) {
    cluster_.refresh();
    return try_again(queue, batch, batch->may_be_written || !refused_before_append(code), error);
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
  break_sequences();
  lose(queue, batch, others, refused);
}

// The broker does not know this identity or these sequences.
void ProducerCore::refused_identity(PartitionQueue& queue, const BatchPtr& batch, Errc code, const Error& why) {
  const bool oldest = queue.in_flight.front() == batch &&
                      (queue.waiting.empty() || queue.waiting.front()->order >= batch->order);
  // Refused because one before it is missing, and that one is on its way again.
  if (code == Errc::out_of_order_sequence_number && !oldest) return try_again(queue, batch, batch->may_be_written, why);
  break_sequences();
  if (transactions_) return lose(queue, batch, why);
  new_id_wanted_ |= code == Errc::invalid_producer_epoch;
  if (!batch->may_be_written) return try_again(queue, batch, false, why);
  // 1. It is written, and those behind it too; 2. the answers are lost; 3. the broker restarts and remembers the last
  // batch only; 4. it refuses this one. Under another identity it would be there twice.
  shard_.faults.reach(ports::Probe::client_batch_unsure);
  Error open = why;
  open.message += "; the records may have been written all the same";
  lose(queue, batch, open);
}

void ProducerCore::try_again(PartitionQueue& queue, const BatchPtr& batch, bool may_be_written, const Error& why) {
  const MonoTime now = shard_.clock.now();
  batch->may_be_written = may_be_written;
  const bool late = batch->begun() + options_.delivery_timeout <= now;
  if (batch->attempts > options_.retries || late || closed_) {
    break_sequences();
    return lose(queue, batch, why);
  }
  // 2^attempts, bounded, with jitter.
  std::int64_t wait = options_.retry_backoff.value();
  for (std::uint32_t i = 1; i < batch->attempts && wait < options_.retry_backoff_max.value(); ++i) wait *= 2;
  wait = std::min(wait, options_.retry_backoff_max.value());
  wait += static_cast<std::int64_t>(shard_.random.next() % static_cast<std::uint64_t>(wait / 5 + 1));
  batch->not_before = now + Millis(wait);
  shard_.faults.reach(ports::Probe::client_batch_retried);
  if (identity_.needed() && shard_.faults.planted(ports::Planted::client_retry_renumbered)) batch->numbered = false;
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

// A batch that has its sequences will not be written.
void ProducerCore::break_sequences() {
  if (identity_.needed() && !transactions_) bump_wanted_ = true;
  sequences_broken_ = true;
}

// The batch has its end.
void ProducerCore::finish(PartitionQueue& queue, const BatchPtr& batch) {
  release(batch->bytes());
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
  if (transactions_) transactions_->batch_failed(error, std::exchange(sequences_broken_, false));
  shard_.timers.at_turn_end([&log = shard_.log, batch, error, refused] { batch->fail(error, refused, log); });
}

}  // namespace millrace::client
