#include "record/batch.h"

#include <zlib.h>

#include "base/crc32c.h"
#include "record/limits.h"

namespace millrace::record {
namespace {

constexpr std::size_t kCrcStart = 21;     // magic 2: the first byte that the checksum covers
constexpr std::size_t kLegacyCrcAt = 12;  // magic 0 and 1
constexpr std::size_t kLegacyCrcStart = 16;
constexpr std::size_t kLegacyAttributesAt = 17;
constexpr std::size_t kLegacyTimestampAt = 18;
constexpr std::size_t kMinLegacyBytesMagic1 = kMinLegacyBytes + 8;

std::size_t least_size(int magic) {
  if (magic == 2) return kBatchHeaderBytes;
  return magic == 1 ? kMinLegacyBytesMagic1 : kMinLegacyBytes;
}

}  // namespace

const char* to_string(Codec codec) noexcept {
  switch (codec) {
    case Codec::none:
      return "none";
    case Codec::gzip:
      return "gzip";
    case Codec::snappy:
      return "snappy";
    case Codec::lz4:
      return "lz4";
    case Codec::zstd:
      return "zstd";
  }
  return "unknown";
}

Result<std::uint64_t> BatchView::size_of(Bytes prefix) {
  if (prefix.size() < kLengthPrefixBytes) return Error::truncated;
  const auto length = load_be<std::int32_t>(prefix.data() + 8);
  if (length < static_cast<std::int32_t>(kMinLegacyBytes - kLengthPrefixBytes)) return Error::corrupt;
  const std::uint64_t size = kLengthPrefixBytes + static_cast<std::uint64_t>(length);
  if (size > kMaxBatchBytes) return Error::corrupt;
  return size;
}

Result<BatchView> BatchView::parse_header(Bytes header) {
  const auto size = size_of(header);
  if (!size) return size.error();
  if (header.size() <= kMagicAt) return Error::truncated;
  const int magic = static_cast<int>(header[kMagicAt]);
  if (magic > 2 || *size < least_size(magic)) return Error::corrupt;
  if (header.size() < least_size(magic)) return Error::truncated;
  const BatchView view(header);
  if (view.base_offset().value() < 0) return Error::corrupt;
  if (!view.is_legacy()) {
    const auto delta = view.last_offset_delta();
    if (delta < 0 || view.count() < 0 || view.base_offset().value() > INT64_MAX - delta) return Error::corrupt;
  }
  return view;
}

Result<BatchView> BatchView::parse(Bytes bytes) {
  auto view = parse_header(bytes);
  if (view && view->size() > bytes.size()) return Error::truncated;
  return view;
}

std::uint16_t BatchView::attributes() const {
  return is_legacy() ? static_cast<std::uint16_t>(*at(kLegacyAttributesAt)) : load_be<std::uint16_t>(at(21));
}

WallTime BatchView::max_timestamp() const {
  if (magic() == 0) return kNoTime;
  return WallTime(load_be<std::int64_t>(at(magic() == 1 ? kLegacyTimestampAt : 35)));
}

bool BatchView::crc_ok() const {
  if (!is_legacy()) return crc32c(bytes().subspan(kCrcStart)) == crc();
  const Bytes covered = bytes().subspan(kLegacyCrcStart);
  const auto sum = ::crc32_z(0, reinterpret_cast<const unsigned char*>(covered.data()), covered.size());
  return static_cast<std::uint32_t>(sum) == load_be<std::uint32_t>(at(kLegacyCrcAt));
}

std::int32_t sequence_plus(std::int32_t sequence, std::int32_t delta) {
  const std::int64_t sum = std::int64_t{sequence} + delta;
  return static_cast<std::int32_t>(sum > INT32_MAX ? sum - INT32_MAX - 1 : sum);
}

std::int32_t BatchView::last_sequence() const {
  return base_sequence() < 0 ? -1 : sequence_plus(base_sequence(), last_offset_delta());
}

void MutableBatch::set_timestamp_type(TimestampType type) {
  const auto attributes = load_be<std::uint16_t>(at(21));
  set_attributes(static_cast<std::uint16_t>(type == TimestampType::log_append_time ? attributes | kLogAppendTimeBit
                                                                                   : attributes & ~kLogAppendTimeBit));
}

void MutableBatch::set_producer(ProducerId id, ProducerEpoch epoch, std::int32_t base_sequence) {
  store_be(at(43), id.value());
  store_be(at(51), epoch.value());
  store_be(at(53), base_sequence);
}

BatchView MutableBatch::view() const { return BatchView::parse(bytes_).value(); }

void MutableBatch::seal() { store_be(at(17), crc32c(view().bytes().subspan(kCrcStart))); }

bool BatchWalk::next() {
  rest_ = rest_.subspan(taken_);
  position_ += taken_;
  taken_ = 0;
  batch_.reset();
  if (rest_.empty() || error_ != Error::none) return false;
  const auto batch = BatchView::parse(rest_);
  if (!batch) {
    error_ = batch.error();
    return false;
  }
  batch_ = *batch;
  taken_ = batch_->size();
  return true;
}

}  // namespace millrace::record
