#include "sim/workloads/core_producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "client/producer/murmur2.h"
#include "protocol/errc.h"
#include "sim/workloads/content.h"
#include "sim/workloads/core_options.h"

namespace millrace::sim {
namespace {

constexpr std::uint64_t kLastRecords = 10;  // kept until nothing fails any more
// So long a start of the broker and the client's back-offs from before may take when nothing fails any more: whoever
// gives a record less time may see it time out.
constexpr Millis kRecovery{10'000};
// So long a request may take on the slowest link.
constexpr std::int64_t kRoundTripMs = 300;

}  // namespace

CoreProducer::CoreProducer(ports::Shard& shard, Stage& stage, Prng prng, std::uint32_t number)
    : shard_(shard),
      stage_(stage),
      prng_(prng),
      number_(number),
      stages_(number % 2 == 1),
      left_(kLastRecords + std::uint64_t{stage.traffic.batches} * stage.traffic.records * 5) {}

void CoreProducer::start() {
  auto options = draw_producer(prng_);
  idempotent_ = options.idempotent;
  auto cluster = draw_cluster(prng_, stage_, fmt::format("core-producer-{}", number_));
  cluster.request_timeout = options.request_timeout;
  core_ = std::make_unique<client::ProducerCore>(shard_, std::move(cluster), std::move(options));
  staged_ = std::make_unique<client::Staging>(core_->options());
  step();
}

void CoreProducer::stop(Task stopped) {
  core_->close();
  shard_.timers.at_turn_end(std::move(stopped));
}

void CoreProducer::step() {
  const std::uint64_t keep = stage_.calm ? 0 : kLastRecords;
  for (std::uint64_t many = 1 + prng_.below(stage_.traffic.records * 4ULL); many > 0 && left_ > keep; --many) send();
  core_->send(*staged_);
  if (!flushing_ && (left_ == 0 || prng_.one_in(8))) {
    flushing_ = true;
    core_->flush([this, last = left_ == 0] {
      flushing_ = false;
      finished_ = last && left_ == 0;
    });
  }
  const auto pause = static_cast<std::int64_t>(1 + prng_.below(stage_.traffic.pause.value() + 1ULL));
  if (!finished_) shard_.timers.at(shard_.clock.now() + Millis(pause), [this] { step(); });
}

// Whether a record that is sent now has time to wait for a broker that comes back, and for the batches before it, each
// of which may be a request.
bool CoreProducer::patient() const {
  const auto& options = core_->options();
  const std::uint64_t full = core_->buffered_bytes() / options.batch_bytes + stage_.traffic.partitions().size();
  const std::uint64_t rounds = std::min(without_end_, full) / options.max_in_flight;
  return options.delivery_timeout >= kRecovery + Millis(kRoundTripMs * static_cast<std::int64_t>(rounds));
}

void CoreProducer::send() {
  --left_;
  const RecordId id = record_id(number_, ++sent_);
  const auto partitions = stage_.traffic.partitions();
  if (!stages_ || prng_.one_in(4)) stays_ = prng_.below(partitions.size());
  const PartitionName& drawn = partitions[stays_];
  auto [key, value] = key_and_value(id, stage_.traffic.largest_value);
  PartitionName to = drawn;
  client::Record record;
  record.topic = to.topic;
  if (prng_.one_in(2)) {
    record.partition = to.index;
  } else {
    const auto count = std::count_if(partitions.begin(), partitions.end(),
                                     [&](const PartitionName& one) { return one.topic == to.topic; });
    to.index = client::partition_of_key(as_bytes(key), static_cast<std::int32_t>(count));
  }
  if (id % 3 == 0) record.headers.push_back({"id", key.substr(0, 8)});
  record.key = std::move(key);
  record.value = std::move(value);
  stage_.history.sent(id, to, idempotent_);
  // While its topic is not known, a record has no longer than max.block.ms; then another is sent in its place.
  const client::TopicView* topic = core_->cluster().view()->topic(to.topic);
  const bool known = topic != nullptr && topic->error == protocol::Errc::none;
  client::DeliveryCallback told = [this, id, to, known, patient = patient(), must = stage_.calm](const auto& outcome) {
    --without_end_;
    const bool late = !outcome && outcome.error().is(client::Cause::timed_out);
    if (must && !known && late) ++left_;
    delivered(id, to, must && known && !(late && !patient), outcome);
  };
  ++without_end_;
  if (!stages_) return core_->send(record, std::move(told));
  client::RecordEncoder encoder;
  const std::size_t body = encoder.size(record);
  staged_->add(record, encoder, body, std::move(told), shard_.clock, spare_);
}

void CoreProducer::delivered(RecordId id, const PartitionName& asked, bool must,
                             const client::Result<client::RecordMetadata>& outcome) {
  if (outcome) {
    if (outcome->topic != asked.topic || outcome->partition != asked.index) {
      stage_.history.fail(fmt::format("record {:x} was delivered to {}-{}, and belongs to {}-{}", id, outcome->topic,
                                      outcome->partition, asked.topic, asked.index));
    }
    // A duplicate that the broker has written long ago has no offset to tell.
    if (outcome->offset >= 0) stage_.history.acknowledged(asked, Offset(outcome->offset), {id});
    RecordId& last = last_[asked];
    if (idempotent_ && id < last) {
      stage_.history.fail(fmt::format("{}-{}: record {:x} was delivered before record {:x}", asked.topic, asked.index,
                                      last, id));
    }
    last = id;
    return;
  }
  const client::Error& why = outcome.error();
  // Out of order: the broker has died, and cannot tell any more whether it has the record.
  const bool bearable = why.retriable || why.is(client::Cause::timed_out) || why.is(client::Cause::closed) ||
                        (idempotent_ && why.is(client::ErrorCode::out_of_order_sequence_number));
  if (!bearable || (must && !why.is(client::Cause::queue_full))) {
    stage_.history.fail(fmt::format("record {:x} to {}-{} fails: {}", id, asked.topic, asked.index, why.text()));
  }
}

}  // namespace millrace::sim
