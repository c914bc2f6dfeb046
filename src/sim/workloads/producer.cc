#include "sim/workloads/producer.h"

#include <algorithm>
#include <string>

#include "protocol/errc.h"
#include "protocol/gen/init_producer_id.h"
#include "sim/workloads/content.h"

namespace millrace::sim {
namespace {

constexpr std::uint32_t kRequestsAtATime = 3;
constexpr std::int16_t kFirstWithZstd = 7;  // version of Produce
constexpr std::uint32_t kLastBatches = 3;  // to each partition, kept until nothing fails any more

}  // namespace

Producer::Producer(ports::Shard& shard, Stage& stage, Prng prng, std::uint32_t index)
    : Client(shard, stage, prng, "producer"),
      index_(index),
      kind_(static_cast<Kind>(prng_.below(3))),
      acks_(kind_ == Kind::idempotent ? std::int16_t{-1} : static_cast<std::int16_t>(prng_.below(4) == 0 ? 1 : -1)) {
  for (const auto& partition : stage.traffic.partitions()) {
    lanes_.push_back({partition, stage.traffic.batches, 0, {}, {}, kNoTime, Buffer(), false});
  }
}

bool Producer::finished() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.left == 0; });
}

bool Producer::sendable(const Lane& lane) const {
  return !lane.under_way && lane.left > (stage_.calm ? 0 : kLastBatches);
}

void Producer::work() {
  if (kind_ == Kind::idempotent && producer_id_ < 0) return ask_for_id();
  if (requests_ < kRequestsAtATime) send();
  again_after(up_to(stage_.traffic.pause));
}

void Producer::ask_for_id() {
  protocol::InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.transaction_timeout_ms = 60'000;
  session_.call<protocol::InitProducerIdResponse>(
      request, Millis(0), [this](const protocol::InitProducerIdResponse* answer) {
        if (answer != nullptr && answer->error_code == 0) {
          producer_id_ = answer->producer_id;
          producer_epoch_ = answer->producer_epoch;
        } else if (answer != nullptr && !protocol::retriable(protocol::from_wire(answer->error_code))) {
          stage_.history.fail("a producer gets no id: " + std::to_string(answer->error_code));
        }
        again_after(up_to(Millis(20)));
      });
}

void Producer::make_present(Lane& lane) {
  const std::uint64_t count = 1 + prng_.below(stage_.traffic.records);
  record::BatchOptions& options = lane.options;
  options = {};
  options.codec = static_cast<record::Codec>(prng_.one_in(2) ? 0 : prng_.below(5));
  if (kind_ == Kind::idempotent) {
    options.producer_id = ProducerId(producer_id_);
    options.producer_epoch = ProducerEpoch(producer_epoch_);
    options.base_sequence = lane.next_sequence;
    lane.next_sequence += static_cast<std::int32_t>(count);
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    lane.ids.push_back(record_id(index_ + 1, next_record_++));
    stage_.history.sent(lane.ids.back(), lane.partition, kind_ == Kind::idempotent);
  }
  lane.time = shard_.clock.wall();
}

// A version that does not know zstd gets the same records otherwise compressed: for an idempotent producer it is the
// same batch still.
void Producer::encode(Lane& lane) {
  const bool knows_zstd = session_.version(protocol::ApiKey::produce) >= kFirstWithZstd;
  if (lane.options.codec == record::Codec::zstd && !knows_zstd) lane.options.codec = record::Codec::lz4;
  lane.batch = make_batch(lane.ids, lane.time, stage_.traffic.largest_value, lane.options);
}

void Producer::send() {
  protocol::ProduceRequest request;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    if (!sendable(lane) || prng_.one_in(3)) continue;
    if (lane.ids.empty()) make_present(lane);
    encode(lane);
    lane.under_way = true;
    chosen.push_back(i);
    if (request.topic_data.empty() || request.topic_data.back().name != lane.partition.topic) {
      request.topic_data.push_back({lane.partition.topic, id_of(lane.partition.topic), {}});
    }
    request.topic_data.back().partition_data.push_back({lane.partition.index, lane.batch.bytes()});
  }
  if (chosen.empty()) return;
  const bool unanswered = kind_ == Kind::careless && prng_.one_in(3);
  request.acks = unanswered ? std::int16_t{0} : acks_;
  request.timeout_ms = 10'000;
  if (unanswered) {
    session_.tell(request);
    for (const auto i : chosen) finish(lanes_[i]);
    return;
  }
  ++requests_;
  session_.call<Answer>(request, Millis(0), [this, chosen = std::move(chosen)](const Answer* answer) {
    --requests_;
    answered(answer, chosen);
  });
}

void Producer::finish(Lane& lane) {
  lane.under_way = false;
  lane.ids.clear();
  --lane.left;
}

void Producer::answered(const Answer* answer, const std::vector<std::size_t>& lanes) {
  bool all = true;
  for (const auto i : lanes) {
    Lane& lane = lanes_[i];
    const Answer::PartitionProduceResponse* result = nullptr;
    if (answer != nullptr) {
      for (const auto& topic : answer->responses) {
        const bool same = topic.name.empty() ? topic.topic_id == id_of(lane.partition.topic)
                                             : topic.name == lane.partition.topic;
        if (!same) continue;
        for (const auto& partition : topic.partition_responses) {
          if (partition.index == lane.partition.index) result = &partition;
        }
      }
      if (result == nullptr) stage_.history.fail("produce: no word about a partition");
    }
    if (take(lane, result)) {
      finish(lane);
    } else {
      all = false;
      lane.under_way = false;
    }
  }
  if (!all) forget_topics();
}

// Whether the lane's batch is done with.
bool Producer::take(Lane& lane, const Answer::PartitionProduceResponse* result) {
  if (result != nullptr && result->error_code == 0) {
    stage_.history.acknowledged(lane.partition, Offset(result->base_offset), lane.ids);
    return true;
  }
  if (result != nullptr) {
    const auto code = protocol::from_wire(result->error_code);
    if (!protocol::retriable(code)) {
      stage_.history.fail("a correct batch is refused with " + std::string(protocol::name(code)));
    }
  }
  return kind_ == Kind::careless && prng_.one_in(2);
}

}  // namespace millrace::sim
