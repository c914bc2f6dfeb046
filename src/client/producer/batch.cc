#include "client/producer/batch.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::client {
namespace {

constexpr std::size_t kExpectedRecords = 2048;       // places made for at once,
constexpr std::size_t kRoomAtOnce = 256U << 10U;     // and bytes

record::BatchOptions builder_options(const ProducerOptions& options) {
  record::BatchOptions out;
  out.codec = options.codec;
  out.level = options.level;
  out.transactional = !options.transactional_id.empty();
  return out;
}

}  // namespace

Batch::Batch(const ProducerOptions& options, MonoTime now, std::uint64_t number)
    : order(number), begun_(now), limit_(options.batch_bytes), builder_(builder_options(options)) {}

bool Batch::takes(std::size_t bytes) const {
  return !sealed() && (deliveries_.empty() || builder_.size_estimate() + bytes <= limit_);
}

bool Batch::full() const { return sealed() || builder_.size_estimate() >= limit_; }

void Batch::add(const EncodedRecord& record, WallTime now, Delivery delivery) {
  const WallTime timestamp = record.timestamp_ms ? WallTime(*record.timestamp_ms) : now;
  const std::size_t size = record.size();
  if (deliveries_.empty()) {
    deliveries_.reserve(std::min(limit_ / record.body.size() + 1, kExpectedRecords));
    builder_.reserve(std::max(std::min(limit_, kRoomAtOnce), size));
  }
  builder_.add_body(timestamp, record.body);
  bytes_ += size;
  deliveries_.push_back({timestamp, std::move(delivery)});
}

void Batch::seal(ProducerId id, ProducerEpoch epoch, std::int32_t sequence) {
  if (wire_.empty()) wire_ = builder_.build();
  sequence_ = sequence;
  epoch_ = epoch;
  if (id == kNoProducer) return;
  record::MutableBatch batch(wire_.writable());
  batch.set_producer(id, epoch, sequence);
  batch.seal();
}

void Batch::succeed(std::string_view topic, std::int32_t partition, std::int64_t base, std::int64_t append_time) {
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    Told& told = deliveries_[i];
    if (!told.delivery) continue;
    const std::int64_t time = append_time >= 0 ? append_time : told.timestamp.value();
    told.delivery({topic, partition, base < 0 ? -1 : base + static_cast<std::int64_t>(i), time, nullptr});
  }
}

void Batch::fail(std::string_view topic, std::int32_t partition, const Error& error) {
  fail(topic, partition, error, {});
}

void Batch::fail(std::string_view topic, std::int32_t partition, const Error& error,
                 const std::vector<Refused>& refused) {
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    if (!deliveries_[i].delivery) continue;
    const Error* why = &error;
    for (const Refused& one : refused) {
      if (static_cast<std::size_t>(one.index) == i) why = &one.error;
    }
    deliveries_[i].delivery({topic, partition, -1, deliveries_[i].timestamp.value(), why});
  }
}

std::vector<std::unique_ptr<Batch>> Batch::split(const ProducerOptions& options) {
  std::vector<std::unique_ptr<Batch>> halves;
  record::Scratch scratch;
  const auto view = record::BatchView::parse(wire());
  auto reader = record::RecordReader::open(*view, scratch);
  const std::size_t half = (deliveries_.size() + 1) / 2;
  record::Record read;
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    if (i % half == 0) halves.push_back(std::make_unique<Batch>(options, begun_, order));
    MR_ASSERT(reader->next(read));  // what we encoded ourselves
    Batch& to = *halves.back();
    std::vector<record::Header> headers;
    for (record::Header header; read.headers.next(header);) headers.push_back(header);
    to.builder_.add(read.timestamp, read.key, read.value, headers);
    to.bytes_ += bytes_ / deliveries_.size();
    to.deliveries_.push_back(std::move(deliveries_[i]));
  }
  return halves;
}

}  // namespace millrace::client
