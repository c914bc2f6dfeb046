#include "client/producer/batch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "client/guard.h"
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

// Calls deliveries one after the other. Those that throw are counted: a line for all of them.
class Teller {
 public:
  explicit Teller(ports::Logger& log) : log_(log) {}
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;
  ~Teller() {
    if (first_) log_.error(first_->message + " (so for " + std::to_string(count_) + " records of a batch)");
  }
  void operator()(const DeliveryCallback& delivery, const Result<RecordMetadata>& outcome) {
    if (!delivery) return;
    auto thrown = guarded(kDelivery, [&] { delivery(outcome); });
    if (thrown && ++count_ == 1) first_ = std::move(thrown);
  }

 private:
  ports::Logger& log_;
  std::optional<Error> first_;
  std::size_t count_ = 0;
};

}  // namespace

Batch::Batch(const ProducerOptions& options, MonoTime now, std::uint64_t number, Space space)
    : order(number),
      begun_(now),
      limit_(options.batch_bytes),
      space_(std::move(space.bytes)),
      builder_(builder_options(options)),
      deliveries_(std::move(space.told)) {}

Batch::Space Batch::take_space() {
  deliveries_.clear();
  if (space_.size() > 2 * kRoomAtOnce) return {};  // one of a huge record
  return {std::move(space_), std::move(deliveries_)};
}

bool Batch::takes(std::size_t bytes) const {
  return !sealed() && (deliveries_.empty() || builder_.size_estimate() + bytes <= limit_);
}

bool Batch::full() const { return sealed() || builder_.size_estimate() >= limit_; }

void Batch::add(const EncodedRecord& record, WallTime now, DeliveryCallback&& delivery) {
  const WallTime timestamp = record.timestamp_ms ? WallTime(*record.timestamp_ms) : now;
  std::memcpy(add(record.body.size(), timestamp, std::move(delivery)), record.body.data(), record.body.size());
}

std::byte* Batch::add(std::size_t body, WallTime timestamp, DeliveryCallback&& delivery) {
  const std::size_t size = EncodedRecord::size_of(body);
  if (deliveries_.empty()) {
    deliveries_.reserve(std::min(limit_ / body + 1, kExpectedRecords));
    const std::size_t room = record::kBatchHeaderBytes + std::max(std::min(limit_, kRoomAtOnce), size);
    if (space_.size() < room) space_ = Buffer::allocate(room);
    builder_.use(space_);
  }
  bytes_ += size;
  deliveries_.push_back({timestamp, std::move(delivery)});
  return builder_.add_body(timestamp, body);
}

void Batch::seal(ProducerId id, ProducerEpoch epoch, std::int32_t sequence) {
  sequence_ = sequence;
  epoch_ = epoch;
  if (!sealed()) {
    builder_.set_producer(id, epoch, sequence);
    wire_ = builder_.build();
    return;
  }
  wire_ = Buffer::copy_of(wire_.bytes());
  record::MutableBatch batch(wire_.writable());
  batch.set_producer(id, epoch, sequence);
  batch.seal();
}

void Batch::succeed(const std::string& topic, std::int32_t partition, std::int64_t base, std::int64_t append_time,
                    ports::Logger& log) {
  Teller tell(log);
  Result<RecordMetadata> outcome(RecordMetadata{topic, partition, -1, append_time});
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    const Told& told = deliveries_[i];
    if (!told.delivery) continue;
    if (base >= 0) outcome->offset = base + static_cast<std::int64_t>(i);
    if (append_time < 0) outcome->timestamp_ms = told.timestamp.value();
    tell(told.delivery, outcome);
  }
}

void Batch::fail(const Error& error, const std::vector<Refused>& refused, ports::Logger& log) {
  Teller tell(log);
  const Result<RecordMetadata> common(error);
  for (std::size_t i = 0; i < deliveries_.size(); ++i) {
    const auto own = std::ranges::find(refused, static_cast<std::int32_t>(i), &Refused::index);
    if (own == refused.end()) {
      tell(deliveries_[i].delivery, common);
    } else {
      tell(deliveries_[i].delivery, own->error);
    }
  }
}

std::vector<std::unique_ptr<Batch>> Batch::split(const ProducerOptions& options) {
  std::vector<std::unique_ptr<Batch>> halves;
  record::Scratch scratch;
  const auto view = record::BatchView::parse(wire_.bytes());
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
    // Together the halves count for what the whole did.
    to.bytes_ += bytes_ * (i + 1) / deliveries_.size() - bytes_ * i / deliveries_.size();
    to.deliveries_.push_back(std::move(deliveries_[i]));
  }
  return halves;
}

}  // namespace millrace::client
