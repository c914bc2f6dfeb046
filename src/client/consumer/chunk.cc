#include "client/consumer/chunk.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/varint.h"
#include "client/errors.h"

namespace millrace::client {
namespace {

constexpr std::int16_t kAbortMarker = 0;

std::optional<std::string_view> as_view(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
}

}  // namespace

std::map<TopicPartition, OffsetAndMetadata> ConsumerRecords::next_offsets() const {
  std::map<TopicPartition, OffsetAndMetadata> offsets;
  for (const Next& next : next_) {
    OffsetAndMetadata& at = offsets[{*next.topic, next.partition}];
    at.offset = next.offset;
    at.leader_epoch = next.leader_epoch < 0 ? std::nullopt : std::optional(next.leader_epoch);
  }
  return offsets;
}

std::vector<HeaderView> ConsumerRecord::headers() const {
  std::vector<HeaderView> result;
  result.reserve(static_cast<std::size_t>(header_count));
  record::HeaderWalk walk(as_bytes(encoded_headers), header_count);
  for (record::Header header; walk.next(header);) result.push_back({as_text(header.key), as_view(header.value)});
  return result;
}

Chunk::Chunk(AssignedPtr partition, std::shared_ptr<const Buffer> frame, Bytes batches,
             std::optional<std::vector<Aborted>> aborted, bool check_crcs)
    : partition_(std::move(partition)),
      turn_(partition_->turn),
      frame_(std::move(frame)),
      walk_(batches),
      left_(batches.size()),
      check_crcs_(check_crcs),
      committed_only_(aborted.has_value()) {
  if (aborted) aborted_ = *std::move(aborted);
  std::ranges::sort(aborted_, {}, &Aborted::first_offset);
  partition_->buffered += left_;
}

Status Chunk::take(std::size_t limit, ConsumerRecords& out) {
  if (broken_) return *broken_;
  record::Record from;
  bool kept = false;
  AssignedPartition& partition = *partition_;
  while (out.size() < limit) {
    if (!reader_) {
      auto more = next_batch();
      if (!more) {
        broken_ = more.error();
        return *broken_;
      }
      if (!*more) return {};
      kept = false;
    }
    const record::BatchView& batch = walk_.batch();
    if (!kept) {
      out.keep(scratch_ ? std::shared_ptr<const void>(scratch_) : frame_);
      out.keep(partition.topic);
      kept = true;
    }
    const LeaderEpoch epoch = batch.leader_epoch();
    ConsumerRecord to;
    to.topic = *partition.topic;
    to.partition = partition.partition;
    to.timestamp_type = static_cast<TimestampType>(batch.timestamp_type());
    if (epoch != kNoEpoch) to.leader_epoch = epoch.value();
    to.compression = static_cast<Compression>(batch.codec());
    to.transactional = batch.is_transactional();
    if (batch.has_producer()) {
      to.producer_id = batch.producer_id().value();
      to.producer_epoch = batch.producer_epoch().value();
    }
    bool ended = false;
    while (out.size() < limit) {
      if (!reader_->next(from)) {
        ended = true;
        break;
      }
      if (from.offset < partition.position) continue;  // of a batch that begins before what was asked for
      to.offset = from.offset.value();
      to.timestamp_ms = from.timestamp.value();
      to.key = as_view(from.key);
      to.value = as_view(from.value);
      to.header_count = from.headers.left();
      to.encoded_headers = as_text(from.headers.encoded());
      out.add(to);
      partition.position = from.offset + 1;
      partition.position_epoch = epoch;
    }
    if (!ended) break;
    if (!reader_->status().ok()) {
      broken_ = damage(batch, "its records cannot be read");
      return *broken_;
    }
    finish();
  }
  return {};
}

// The batch is handed out.
void Chunk::finish() {
  const record::BatchView& batch = walk_.batch();
  reader_.reset();
  scratch_.reset();
  partition_->position = std::max(partition_->position, batch.next_offset());
  partition_->position_epoch = batch.leader_epoch();
  const std::size_t size = std::min(left_, batch.size());
  left_ -= size;
  partition_->buffered -= std::min(partition_->buffered, size);
}

Result<bool> Chunk::next_batch() {
  while (walk_.next()) {
    const record::BatchView& batch = walk_.batch();
    if (check_crcs_ && !batch.crc_ok()) return damage(batch, "its checksum is wrong");
    if (batch.is_legacy()) {
      return local_error(Cause::unsupported_version,
                         fmt::format("{}-{} has a message of format {} at offset {}, which this client does not read; "
                                     "seek behind it, or copy the topic with an older client",
                                     *partition_->topic, partition_->partition, batch.magic(),
                                     batch.base_offset().value()));
    }
    if (batch.next_offset() <= partition_->position || skipped(batch)) {
      finish();
      continue;
    }
    if (batch.codec() != record::Codec::none) scratch_ = std::make_shared<record::Scratch>();
    record::Scratch unused;
    auto reader = record::RecordReader::open(batch, scratch_ ? *scratch_ : unused);
    if (!reader) return damage(batch, "its records cannot be decompressed");
    reader_ = *reader;
    return true;
  }
  // A last batch that is cut off is no damage: brokers fill an answer up with it.
  partition_->buffered -= std::min(partition_->buffered, left_);
  left_ = 0;
  done_ = true;
  if (walk_.error() == ::millrace::Error::corrupt) {
    return local_error(Cause::corrupt, fmt::format("what was received of {}-{} at offset {} is no batch",
                                                   *partition_->topic, partition_->partition,
                                                   partition_->position.value()));
  }
  return false;
}

// Control batches, and those of aborted transactions, are not for programs. Follows the transactions on the way.
bool Chunk::skipped(const record::BatchView& batch) {
  if (committed_only_ && batch.has_producer()) {
    while (aborted_at_ < aborted_.size() && aborted_[aborted_at_].first_offset <= batch.last_offset().value()) {
      aborting_.insert(aborted_[aborted_at_++].producer_id);
    }
    const std::int64_t producer = batch.producer_id().value();
    if (batch.is_control()) {
      record::Scratch scratch;
      auto reader = record::RecordReader::open(batch, scratch);
      record::Record marker;
      if (reader && reader->next(marker)) {
        const auto type = record::control_type(marker);
        if (type && *type == kAbortMarker) aborting_.erase(producer);
      }
    } else if (batch.is_transactional() && aborting_.contains(producer)) {
      return true;
    }
  }
  return batch.is_control();
}

Error Chunk::damage(const record::BatchView& batch, std::string_view what) const {
  return local_error(Cause::corrupt, fmt::format("the batch of {}-{} at offset {} is damaged: {}; seek to {} to go on "
                                                 "behind it, and look at the broker's disk",
                                                 *partition_->topic, partition_->partition, batch.base_offset().value(),
                                                 what, batch.next_offset().value()));
}

}  // namespace millrace::client
