#include "client/producer/staging.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace millrace::client {
namespace {

constexpr std::size_t kBlockBytes = 256U << 10U;  // more for a record that needs more
constexpr std::size_t kKeptBlocks = 8;

}  // namespace

bool Staging::decided_alone(const Record& record) const {
  return !record.partition && (record.key || options_->partitioner);
}

bool Staging::follows_its_kind(const Record& record) const {
  return !alone_ && !decided_alone(record) && record.partition == partition_ && record.topic == topic_;
}

bool Staging::add(const Record& record, const RecordEncoder& encoder, std::size_t body, DeliveryCallback&& delivered,
                  const ports::Clock& clock, std::vector<Batch::Space>& spare) {
  const std::size_t size = EncodedRecord::size_of(body);
  ++records_;
  bytes_ += size;
  if (follows_its_kind(record)) {
    const bool grows = open_ && runs_.back().run.batch->takes(size);
    if (!grows) begin_run(record, clock.now(), spare);
    Batch& batch = *runs_.back().run.batch;
    const WallTime timestamp = record.timestamp_ms ? WallTime(*record.timestamp_ms) : clock.wall();
    encoder.put(batch.add(body, timestamp, std::move(delivered)));
    return !grows || batch.full();
  }
  open_ = false;
  alone_ = decided_alone(record);
  if (!alone_) {
    topic_ = record.topic;
    partition_ = record.partition;
  }
  const std::size_t topic = record.topic.size();
  std::byte* to = claim(topic + body);
  std::memcpy(to, record.topic.data(), topic);
  encoder.put(to + topic);
  entries_.push_back({std::move(delivered), record.partition, record.timestamp_ms, static_cast<std::uint32_t>(topic),
                      static_cast<std::uint32_t>(body)});
  return true;
}

void Staging::begin_run(const Record& record, MonoTime now, std::vector<Batch::Space>& spare) {
  Batch::Space space;
  if (!spare.empty()) {
    space = std::move(spare.back());
    spare.pop_back();
  }
  auto batch = std::make_shared<Batch>(*options_, now, 0, std::move(space));
  runs_.push_back({{record.topic, record.partition, std::move(batch)}, entries_.size()});
  open_ = true;
}

void Staging::hand_over(Staging& into, std::optional<MonoTime> keep_since) {
  std::swap(*this, into);
  topic_ = into.topic_;
  partition_ = into.partition_;
  alone_ = into.alone_;
  if (const Batch* open = into.open(); open != nullptr && keep_since && open->begun() > *keep_since) {
    runs_.push_back(std::move(into.runs_.back()));
    runs_.back().behind = 0;
    open_ = true;
    records_ = static_cast<std::size_t>(open->count());
    bytes_ = open->bytes();
    into.runs_.pop_back();
    into.records_ -= records_;
    into.bytes_ -= bytes_;
  }
  into.open_ = false;
}

void Staging::clear() {
  entries_.clear();
  runs_.clear();
  open_ = false;
  records_ = bytes_ = 0;
  // What a burst has left is given back.
  if (blocks_.size() > kKeptBlocks && end_.block < blocks_.size() / 8) blocks_.clear();
  std::erase_if(blocks_, [](const Buffer& block) { return block.size() > kBlockBytes; });
  end_ = {};
}

// The next so many bytes from `place` on that stand in one block; null behind the last one.
std::byte* Staging::next(Place& place, std::size_t bytes) {
  for (; place.block < blocks_.size(); place = {place.block + 1, 0}) {
    Buffer& block = blocks_[place.block];
    if (bytes <= block.size() - place.used) return block.data() + std::exchange(place.used, place.used + bytes);
  }
  return nullptr;
}

std::byte* Staging::claim(std::size_t bytes) {
  if (std::byte* there = next(end_, bytes)) return there;
  blocks_.push_back(Buffer::allocate(std::max(bytes, kBlockBytes)));
  return next(end_, bytes);
}

}  // namespace millrace::client
