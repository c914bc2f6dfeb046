// From batches to requests: which batches may go now, and to whom.
#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/producer/producer.h"

namespace millrace::client {

void ProducerCore::schedule_pump() {
  if (pump_scheduled_ || closed_) return;
  pump_scheduled_ = true;
  shard_.timers.at_turn_end(alive_.guard([this] {
    pump_scheduled_ = false;
    if (!closed_) pump();
  }));
}

void ProducerCore::pump() {
  const MonoTime now = shard_.clock.now();
  if (parked_ > 0) expire_parked(now);
  expire(now);
  maybe_bump();
  if (!identity_.known()) {
    const bool wanted = !busy_.empty() && !fatal_ && !identity_.asking() && !transactions_;
    if (wanted) {
      identity_.ask(alive_.guard([this](Status status) {
        if (!status) {
          fatal_ = status.error();
          fatal_->fatal = true;
          fail_everything(*fatal_);
        }
        schedule_pump();
      }));
    }
    arm(now);
    return settle_flushes();
  }
  std::map<NodeId, std::vector<PartitionQueue*>> ready;
  bool leaderless = false;
  for (const auto& [key, queue] : busy_) {
    if (!sendable(*queue, now)) continue;
    if (transactions_ && !transactions_->admits(queue->topic, queue->partition)) continue;
    const NodeId leader = cluster_.view()->leader(queue->topic, PartitionIndex(queue->partition));
    if (leader == kNoNode) {
      leaderless = true;
    } else {
      ready[leader].push_back(queue);
    }
  }
  if (leaderless) cluster_.refresh();
  for (auto& [node, queues] : ready) {
    if (in_flight_[node] < options_.max_in_flight) send_to(node, std::move(queues), now);
  }
  arm(now);
  settle_flushes();
}

// Whether the first batch that waits may go.
bool ProducerCore::sendable(const PartitionQueue& queue, MonoTime now) const {
  if (queue.waiting.empty()) return false;
  const Batch& first = *queue.waiting.front();
  if (first.not_before > now) return false;
  // With an identity that is to be replaced, only those go whose fate the old one alone can tell.
  if (bump_wanted_ && !first.may_be_written) return false;
  // One that is tried again goes alone: the answers to those behind it are refusals that put them back.
  if (first.attempts > 0 || first.numbered) return queue.in_flight.empty();
  if (!queue.in_flight.empty() && (options_.max_in_flight == 1 || queue.in_flight.size() >= 5)) return false;
  const bool flushed = !flushes_.empty() && first.order <= flushes_.back().upto;
  return first.full() || queue.waiting.size() > 1 || flushed || now >= first.begun() + options_.linger;
}

// Gives the batch its identity and sequences.
void ProducerCore::number(PartitionQueue& queue, Batch& batch) {
  if (batch.numbered) return;
  batch.numbered = true;
  if (!identity_.needed()) {
    if (!batch.sealed()) batch.seal(kNoProducer, kNoProducerEpoch, -1);
    return;
  }
  batch.seal(identity_.id(), identity_.epoch(), queue.next_sequence);
  queue.next_sequence = record::sequence_plus(queue.next_sequence, batch.count());
}

// Takes the first batch of each queue, as many as one request may hold.
ProducerCore::Sent ProducerCore::collect(std::vector<PartitionQueue*> ready, MonoTime now) {
  // Whoever came last begins the next time.
  const auto turn = static_cast<std::ptrdiff_t>(statistics_.requests % ready.size());
  std::rotate(ready.begin(), ready.begin() + turn, ready.end());
  Sent sent;
  std::size_t bytes = 0;
  for (PartitionQueue* queue : ready) {
    BatchPtr batch = queue->waiting.front();
    number(*queue, *batch);
    if (!sent.empty() && bytes + batch->wire().size() > options_.max_request_bytes) {
      schedule_pump();
      break;
    }
    bytes += batch->wire().size();
    statistics_.batches_retried += batch->attempts > 0 ? 1U : 0U;
    ++batch->attempts;
    queue->waiting.pop_front();
    queue->in_flight.push_back(batch);
    if (queue->waiting.empty()) {
      busy_.erase({queue->topic, queue->partition});
    } else if (sendable(*queue, now)) {
      schedule_pump();
    }
    sent.emplace_back(queue, std::move(batch));
  }
  // The partitions of a topic stand together in the request.
  std::ranges::sort(sent, {}, [](const auto& one) { return std::pair(std::string_view(one.first->topic),
                                                                     one.first->partition); });
  statistics_.batches_sent += sent.size();
  statistics_.bytes_sent += bytes;
  ++statistics_.requests;
  return sent;
}

protocol::ProduceRequest ProducerCore::request_for(const Sent& sent) const {
  protocol::ProduceRequest request;
  request.acks = options_.acks;
  request.timeout_ms = static_cast<std::int32_t>(options_.request_timeout.value());
  if (!options_.transactional_id.empty()) request.transactional_id = options_.transactional_id;
  for (const auto& [queue, batch] : sent) {
    if (request.topic_data.empty() || request.topic_data.back().name != queue->topic) {
      auto& topic = request.topic_data.emplace_back();
      topic.name = queue->topic;
      if (const TopicView* view = cluster_.view()->topic(queue->topic); view != nullptr) topic.topic_id = view->id;
    }
    auto& part = request.topic_data.back().partition_data.emplace_back();
    part.index = queue->partition;
    part.records = batch->wire().bytes();
  }
  return request;
}

void ProducerCore::send_to(NodeId node, std::vector<PartitionQueue*> ready, MonoTime now) {
  const Sent sent = collect(std::move(ready), now);
  ++in_flight_[node];
  const auto make = [this, sent](std::int16_t) { return request_for(sent); };
  // Topic ids are of no use with a broker that has none to tell.
  VersionRange versions = Cluster::stable_versions(protocol::ApiKey::produce);
  std::vector<Buffer> records;
  for (const auto& [queue, batch] : sent) {
    records.push_back(batch->wire());
    const TopicView* view = cluster_.view()->topic(queue->topic);
    if (view == nullptr || view->id == ::millrace::Uuid()) versions.max = std::min<std::int16_t>(versions.max, 12);
  }
  if (transactions_) versions = transactions_->produce_versions(versions);
  if (options_.acks == 0) {
    cluster_.tell<protocol::ProduceRequest>(
        Target::node(node), make, options_.request_timeout, alive_.guard([this, node, sent](Status status) {
          --in_flight_[node];
          if (!closed_) take_silence(sent, status);
          schedule_pump();
        }),
        versions, std::move(records));
    return;
  }
  cluster_.send_made<protocol::ProduceResponse, protocol::ProduceRequest>(
      Target::node(node), make, options_.request_timeout,
      alive_.guard([this, node, sent](Result<Answer<protocol::ProduceResponse>> answer) {
        --in_flight_[node];
        if (!closed_) take_answer(node, sent, std::move(answer));
        schedule_pump();
      }),
      versions, std::move(records));
}

// Batches whose time is over. One that a broker may have written breaks the sequence of its partition.
void ProducerCore::expire(MonoTime now) {
  for (auto at = busy_.begin(); at != busy_.end();) {
    PartitionQueue& queue = *at->second;
    while (!queue.waiting.empty() && queue.waiting.front()->begun() + options_.delivery_timeout <= now) {
      const BatchPtr batch = queue.waiting.front();
      queue.waiting.pop_front();
      Error late = local_error(Cause::timed_out,
                               queue.topic + "-" + std::to_string(queue.partition) + ": not delivered within "
                                   "delivery.timeout.ms=" + std::to_string(options_.delivery_timeout.value()) +
                                   (batch->may_be_written ? "; it may have been written all the same" : "") +
                                   "; see whether its leader can be reached");
      if (batch->numbered) break_sequences();
      lose(queue, batch, late);
    }
    at = queue.waiting.empty() ? busy_.erase(at) : std::next(at);
  }
}

// Takes the next identity when nothing hangs on the old one any more.
void ProducerCore::maybe_bump() {
  if (!bump_wanted_ || !identity_.needed()) return;
  const bool hasty = shard_.faults.planted(ports::Planted::client_identity_hasty);
  for (const auto& [name, topic] : topics_) {
    for (const auto& queue : topic->partitions) {
      if (!queue->in_flight.empty()) return;
      for (const BatchPtr& batch : queue->waiting) {
        if (batch->may_be_written && !hasty) return;
      }
    }
  }
  shard_.faults.reach(ports::Probe::client_identity_renewed);
  identity_.bump(new_id_wanted_);
  bump_wanted_ = new_id_wanted_ = false;
  for (const auto& [name, topic] : topics_) {
    for (const auto& queue : topic->partitions) queue->restart_sequences();
  }
}

// Wakes when the next batch has lingered long enough, may be tried again, or is over.
void ProducerCore::arm(MonoTime now) {
  shard_.timers.cancel(timer_);
  timer_ = ports::TimerId(0);
  std::optional<MonoTime> next;
  const auto at = [&](MonoTime when) { next = next ? std::min(*next, when) : when; };
  for (const auto& [key, queue] : busy_) {
    const Batch& first = *queue->waiting.front();
    at(first.begun() + options_.delivery_timeout);
    if (first.not_before > now) {
      at(first.not_before);
    } else if (first.attempts == 0 && first.begun() + options_.linger > now) {
      at(first.begun() + options_.linger);
    }
  }
  if (parked_ > 0) {
    for (const auto& [name, topic] : topics_) {
      if (!topic->parked.empty()) at(topic->parked.front().deadline);
    }
  }
  if (!next) return;
  timer_ = shard_.timers.at(*next, [this] {
    timer_ = ports::TimerId(0);
    schedule_pump();
  });
}

}  // namespace millrace::client
