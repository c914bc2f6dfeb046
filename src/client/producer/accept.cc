// From records to batches: what is taken, and the batch that takes it.
#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/guard.h"
#include "client/limits.h"
#include "client/producer/producer.h"

namespace millrace::client {

Error ProducerCore::too_large(std::string_view topic, std::size_t bytes, const ProducerOptions& options) {
  const std::string record = "a record of about " + std::to_string(bytes) + " bytes for topic " + std::string(topic);
  if (bytes <= options.max_request_bytes) {
    return local_error(Cause::too_large, record + " is above buffer.memory=" + std::to_string(options.buffer_bytes) +
                                             "; raise it");
  }
  return local_error(Cause::too_large, record + " is above max.request.size=" +
                                           std::to_string(options.max_request_bytes) +
                                           "; raise it, and message.max.bytes of the broker with it");
}

void ProducerCore::send(const Record& record, DeliveryCallback delivery) {
  const std::size_t body = encoder_.size(record);
  if (const std::size_t bytes = EncodedRecord::size_of(body); bytes > options_.max_request_bytes) {
    const EncodedRecord nothing{record.topic, record.partition, record.timestamp_ms, {}};
    buffered_ += nothing.size();
    return refuse(nothing, std::move(delivery), too_large(record.topic, bytes, options_));
  }
  encoded_.resize(body);
  encoder_.put(encoded_.data());
  send(EncodedRecord{record.topic, record.partition, record.timestamp_ms, encoded_}, std::move(delivery));
}

void ProducerCore::send(const EncodedRecord& record, DeliveryCallback&& delivery) {
  buffered_ += record.size();
  if (auto why = refusal(record)) return refuse(record, std::move(delivery), *std::move(why));
  TopicQueues& topic = topic_queues(record.topic);
  topic.last_used = shard_.clock.now();
  if (topic.parked.empty() && place(topic, record, delivery)) return;
  ++parked_;
  topic.parked.push_back(
      {KeptRecord(record), std::move(delivery), shard_.clock.now() + options_.max_block, ++last_parked_});
  schedule_pump();
}

void ProducerCore::send(Staging& staged) {
  staged.take([this](const EncodedRecord& record, DeliveryCallback&& delivery) { send(record, std::move(delivery)); },
              [this](Run&& run) {
                if (adopt(run)) return;
                run.batch->take_apart([&](Bytes body, WallTime timestamp, DeliveryCallback&& delivery) {
                  send(EncodedRecord{run.topic, run.partition, timestamp.value(), body}, std::move(delivery));
                });
              });
}

// Takes a batch over, or all of its records into the one that waits; false if they have to be looked at one by one.
bool ProducerCore::adopt(Run& run) {
  const std::size_t bytes = run.batch->bytes();
  if (closed_for_all() || buffered_ + bytes > options_.buffer_bytes) return false;
  TopicQueues& topic = topic_queues(run.topic);
  const TopicView* view = view_of(topic);
  if (!topic.parked.empty() || view == nullptr || view->error != protocol::Errc::none) return false;
  topic.grow(view->partitions.size());
  const auto count = static_cast<std::int32_t>(view->partitions.size());
  if (count == 0 || (run.partition && (*run.partition < 0 || *run.partition >= count))) return false;
  topic.last_used = shard_.clock.now();
  const std::int32_t chosen = run.partition ? *run.partition : stick(topic, bytes);
  PartitionQueue& queue = *topic.partitions[static_cast<std::size_t>(chosen)];
  buffered_ += bytes;
  if (queue.waiting.empty() || !queue.waiting.back()->takes(bytes)) {
    begin(queue, std::move(run.batch));
    return true;
  }
  run.batch->take_apart([&](Bytes body, WallTime timestamp, DeliveryCallback&& delivery) {
    put(queue, EncodedRecord{run.topic, run.partition, timestamp.value(), body}, std::move(delivery));
  });
  if (spare_.size() < kSpareSpaces) spare_.push_back(run.batch->take_space());
  return true;
}

// Why no record is taken at all.
std::optional<Error> ProducerCore::closed_for_all() const {
  if (closed_) return local_error(Cause::closed, "the producer is closed; make another one");
  if (fatal_) return fatal_;
  return transactions_ ? transactions_->refusal() : std::nullopt;
}

// Why a record is not taken, whatever its topic.
std::optional<Error> ProducerCore::refusal(const EncodedRecord& record) const {
  if (auto why = closed_for_all()) return why;
  if (record.size() > options_.max_request_bytes) {
    return too_large(record.topic, record.size(), options_);
  }
  if (buffered_ > options_.buffer_bytes) {
    return local_error(Cause::queue_full, "records that wait take more than buffer.memory=" +
                                              std::to_string(options_.buffer_bytes) +
                                              " bytes; wait for deliveries, or raise it");
  }
  return std::nullopt;
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
    topic.available.clear();
    if (topic.view == nullptr) return nullptr;
    for (const PartitionView& partition : topic.view->partitions) {
      if (partition.leader != kNoNode) topic.available.push_back(partition.index.value());
    }
  }
  return topic.view;
}

// Puts the record where it belongs, or refuses it; false if that cannot be known yet.
bool ProducerCore::place(TopicQueues& topic, const EncodedRecord& record, DeliveryCallback& delivery) {
  const TopicView* view = view_of(topic);
  if (view == nullptr || protocol::retriable(view->error)) return false;
  if (view->error != protocol::Errc::none) {
    refuse(record, std::move(delivery), broker_error(view->error, "sending to topic " + topic.name));
    return true;
  }
  if (view->partitions.empty()) return false;
  const auto count = static_cast<std::int32_t>(view->partitions.size());
  topic.grow(view->partitions.size());
  if (record.partition && *record.partition >= count) return false;  // it may be added yet
  if (record.partition && *record.partition < 0) {
    refuse(record, std::move(delivery),
           local_error(Cause::invalid_argument, "partition " + std::to_string(*record.partition) + " of topic " +
                                                    topic.name + ": partitions are numbered from 0"));
    return true;
  }
  const auto chosen = choose(topic, record);
  if (chosen) {
    put(*topic.partitions[static_cast<std::size_t>(*chosen)], record, std::move(delivery));
  } else {
    refuse(record, std::move(delivery), chosen.error());
  }
  return true;
}

void ProducerCore::put(PartitionQueue& queue, const EncodedRecord& record, DeliveryCallback&& delivery) {
  if (queue.waiting.empty() || !queue.waiting.back()->takes(record.size())) {
    Batch::Space space;
    if (!spare_.empty()) {
      space = std::move(spare_.back());
      spare_.pop_back();
    }
    begin(queue, std::make_shared<Batch>(options_, shard_.clock.now(), 0, std::move(space)));
  }
  Batch& batch = *queue.waiting.back();
  batch.add(record, shard_.clock.wall(), std::move(delivery));
  if (batch.full()) schedule_pump();
}

// Another batch waits.
void ProducerCore::begin(PartitionQueue& queue, BatchPtr batch) {
  batch->order = ++last_order_;
  outstanding_.insert(last_order_);
  if (queue.waiting.empty()) {
    busy_.emplace(std::pair<std::string_view, std::int32_t>(queue.topic, queue.partition), &queue);
  }
  queue.waiting.push_back(std::move(batch));
  schedule_pump();
}

// A record that was counted and never becomes part of a batch.
void ProducerCore::refuse(const EncodedRecord& record, DeliveryCallback delivery, Error error) {
  release(record.size());
  ++statistics_.records_failed;
  if (!delivery) return;
  shard_.timers.at_turn_end(
      [&log = shard_.log, outcome = Result<RecordMetadata>(std::move(error)), delivery = std::move(delivery)] {
        if (const auto thrown = guarded(kDelivery, [&] { delivery(outcome); })) log.error(thrown->message);
      });
}

// Room that records took is free. Whoever waits for it is told once a turn.
void ProducerCore::release(std::size_t bytes) {
  buffered_ -= bytes;
  if (!on_room_) return;
  if (std::exchange(released_, released_ + bytes) > 0) return;
  shard_.timers.at_turn_end(alive_.guard([this] { on_room_(std::exchange(released_, 0), spare_); }));
}

void ProducerCore::unpark(TopicQueues& topic) {
  while (!topic.parked.empty()) {
    Parked& first = topic.parked.front();
    if (!place(topic, first.record.view(), first.delivery)) return;
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
                                               hint));
    }
  }
}

}  // namespace millrace::client
