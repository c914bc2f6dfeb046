#include "client/producer/producer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/errors.h"

namespace millrace::client {

ProducerCore::ProducerCore(ports::Shard& shard, ClusterOptions cluster, ProducerOptions options)
    : shard_(shard),
      options_(std::move(options)),
      cluster_(shard, std::move(cluster)),
      identity_(cluster_, options_) {
  if (!options_.transactional_id.empty()) {
    transactions_ =
        std::make_unique<Transactions>(cluster_, options_, identity_, static_cast<TransactionOwner&>(*this));
  }
  subscription_ = cluster_.subscribe(alive_.guard([this](const ClusterViewPtr&) {
    for (auto& [name, topic] : topics_) unpark(*topic);
    schedule_pump();
  }));
  refusals_ = cluster_.when_refused(alive_.guard([this](const Error& why) { on_fatal(why); }));
  if (cluster_.options().push_metrics) {
    reporter_ = std::make_unique<Reporter>(cluster_, [this] { return metrics(); });
  }
}

// What the standard of KIP-714 names of a producer, as far as it is counted here.
std::vector<Metric> ProducerCore::metrics() const {
  const std::string prefix = "org.apache.kafka.producer.";
  const auto total = [&](const char* name, std::uint64_t value) {
    return Metric{prefix + name, static_cast<std::int64_t>(value), true};
  };
  return {total("record.send.total", statistics_.records_sent), total("record.error.total", statistics_.records_failed),
          total("batch.send.total", statistics_.batches_sent), total("batch.retry.total", statistics_.batches_retried),
          total("request.total", statistics_.requests), total("outgoing.byte.total", statistics_.bytes_sent),
          Metric{prefix + "buffer.available.bytes",
                 static_cast<std::int64_t>(options_.buffer_bytes - std::min(buffered_, options_.buffer_bytes)), false}};
}

ProducerCore::~ProducerCore() { shard_.timers.cancel(timer_); }

void ProducerCore::flush(Callback<void()> done) {
  flushes_.push_back({last_order_, last_parked_, std::move(done)});
  schedule_pump();
}

// Whether a record is parked that was parked not later than the one of this number.
bool ProducerCore::parked_upto(std::uint64_t number) const {
  if (parked_ == 0) return false;
  for (const auto& [name, topic] : topics_) {
    if (!topic->parked.empty() && topic->parked.front().number <= number) return true;
  }
  return false;
}

void ProducerCore::settle_flushes() {
  while (!flushes_.empty() && !parked_upto(flushes_.front().upto_parked)) {
    if (!outstanding_.empty() && *outstanding_.begin() <= flushes_.front().upto) return;
    Callback<void()> done = std::move(flushes_.front().done);
    flushes_.pop_front();
    shard_.timers.at_turn_end(std::move(done));
  }
}

void ProducerCore::close() {
  if (closed_) return;
  closed_ = true;
  fail_everything(local_error(Cause::closed, "the producer was closed before the record was delivered"));
  shard_.timers.cancel(timer_);
  timer_ = ports::TimerId(0);
  subscription_.reset();
  if (reporter_) reporter_->end();
  cluster_.close();
}

void ProducerCore::give_up_waiting(const Error& why) {
  for (auto& [name, topic] : topics_) {
    for (Parked& parked : std::exchange(topic->parked, {})) {
      --parked_;
      refuse(parked.record.view(), std::move(parked.delivery), why);
    }
    for (auto& queue : topic->partitions) {
      for (const BatchPtr& batch : std::exchange(queue->waiting, {})) {
        if (batch->numbered) break_sequences();
        lose(*queue, batch, why);
      }
      busy_.erase({queue->topic, queue->partition});
    }
  }
  settle_flushes();
}

void ProducerCore::on_identity_changed() {
  for (auto& [name, topic] : topics_) {
    for (auto& queue : topic->partitions) queue->restart_sequences();
  }
  schedule_pump();
}

void ProducerCore::on_fatal(const Error& why) {
  fatal_ = why;
  fail_everything(why);
}

// Every record that has no end yet ends with `error`.
void ProducerCore::fail_everything(const Error& error) {
  for (auto& [name, topic] : topics_) {
    for (Parked& parked : std::exchange(topic->parked, {})) {
      --parked_;
      refuse(parked.record.view(), std::move(parked.delivery), error);
    }
    for (auto& queue : topic->partitions) {
      for (const BatchPtr& batch : std::exchange(queue->waiting, {})) lose(*queue, batch, error);
      // Answers that still come find no batch.
      for (const BatchPtr& batch : std::exchange(queue->in_flight, {})) lose(*queue, batch, error);
    }
  }
  busy_.clear();
  settle_flushes();
}

}  // namespace millrace::client
