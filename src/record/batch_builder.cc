#include "record/batch_builder.h"

#include <algorithm>

#include "base/varint.h"
#include "record/codec.h"

namespace millrace::record {
namespace {

std::size_t nullable_size(const std::optional<Bytes>& bytes) {
  if (!bytes) return varint_size(-1);
  return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

// Returns the place behind it.
std::byte* put_nullable(std::byte* to, const std::optional<Bytes>& bytes) {
  if (!bytes) return to + put_varint(to, -1);
  to += put_varint(to, static_cast<std::int32_t>(bytes->size()));
  if (!bytes->empty()) std::memcpy(to, bytes->data(), bytes->size());
  return to + bytes->size();
}

constexpr std::size_t kFirstBytes = 512;

// The fields of the header that depend on the size alone.
void begin_header(Buffer& batch) {
  std::fill_n(batch.data(), kBatchHeaderBytes, std::byte{0});
  store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - kLengthPrefixBytes));
  batch.data()[kMagicAt] = std::byte{2};
}

// Header and body in one buffer.
Buffer assemble(Bytes body) {
  Buffer batch = Buffer::allocate(kBatchHeaderBytes + body.size());
  begin_header(batch);
  if (!body.empty()) std::memcpy(batch.data() + kBatchHeaderBytes, body.data(), body.size());
  return batch;
}

}  // namespace

std::size_t body_size(const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                      std::span<const Header> headers) {
  std::size_t size = nullable_size(key) + nullable_size(value) + varint_size(static_cast<std::int32_t>(headers.size()));
  for (const Header& header : headers) size += nullable_size(header.key) + nullable_size(header.value);
  return size;
}

std::byte* put_body(std::byte* to, const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                    std::span<const Header> headers) {
  to = put_nullable(to, key);
  to = put_nullable(to, value);
  to += put_varint(to, static_cast<std::int32_t>(headers.size()));
  for (const Header& header : headers) {
    to = put_nullable(to, header.key);
    to = put_nullable(to, header.value);
  }
  return to;
}

namespace {

// Bytes behind their length, which is negative for null, and how far both reach.
struct Measured {
  std::optional<Bytes> bytes;
  std::size_t end;
};
Measured first_of(Bytes body) {
  std::int32_t length = 0;
  const std::size_t at = get_varint(body, length);
  if (length < 0) return {std::nullopt, at};
  return {body.subspan(at, static_cast<std::size_t>(length)), at + static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<Bytes> key_of_body(Bytes body) {
  return first_of(body).bytes;
}

std::optional<Bytes> value_of_body(Bytes body) {
  return first_of(body.subspan(first_of(body).end)).bytes;
}

Bytes take_body(Bytes& records) {
  std::int32_t length = 0;
  std::size_t at = get_varint(records, length);
  const Bytes record = records.subspan(at, static_cast<std::size_t>(length));
  records = records.subspan(at + record.size());
  std::int64_t time_delta = 0;
  std::int32_t offset_delta = 0;
  at = 1;  // behind the attributes
  at += get_varlong(record.subspan(at), time_delta);
  at += get_varint(record.subspan(at), offset_delta);
  return record.subspan(at);
}

void BatchBuilder::add(WallTime timestamp, std::optional<Bytes> key, std::optional<Bytes> value,
                       std::span<const Header> headers) {
  add_at(last_delta_ + 1, timestamp, key, value, headers);
}

void BatchBuilder::add_at(std::int32_t offset_delta, WallTime timestamp, std::optional<Bytes> key,
                          std::optional<Bytes> value, std::span<const Header> headers) {
  put_body(begin(offset_delta, timestamp, body_size(key, value, headers)), key, value, headers);
}

void BatchBuilder::add_body(WallTime timestamp, Bytes body) {
  std::memcpy(add_body(timestamp, body.size()), body.data(), body.size());
}

std::byte* BatchBuilder::begin(std::int32_t offset_delta, WallTime timestamp, std::size_t body) {
  MR_ASSERT(offset_delta > last_delta_);
  if (count_ == 0) base_timestamp_ = timestamp;
  // Wraps as Java's difference does, should the two be further apart than a number reaches.
  const auto time_delta = static_cast<std::int64_t>(static_cast<std::uint64_t>(timestamp.value()) -
                                                    static_cast<std::uint64_t>(base_timestamp_.value()));
  const std::size_t size = 1 + varlong_size(time_delta) + varint_size(offset_delta) + body;
  const auto length = static_cast<std::int32_t>(size);
  const std::size_t end = used_ + varint_size(length) + size;
  make_room(end);
  std::byte* to = space_.data() + used_;
  used_ = end;
  to += put_varint(to, length);
  *to++ = std::byte{0};
  to += put_varlong(to, time_delta);
  to += put_varint(to, offset_delta);
  max_timestamp_ = count_ == 0 ? timestamp : std::max(max_timestamp_, timestamp);
  last_delta_ = offset_delta;
  ++count_;
  return to;
}

void BatchBuilder::make_room(std::size_t bytes) {
  if (bytes <= space_.size()) return;
  Buffer larger = Buffer::allocate(std::max({bytes, space_.size() * 2, kFirstBytes}));
  if (used_ > kBatchHeaderBytes) std::memcpy(larger.data(), space_.data(), used_);
  space_ = std::move(larger);
}

Buffer BatchBuilder::build(WallTime append_time) {
  MR_ASSERT(count_ > 0);
  Buffer batch;
  if (options_.codec == Codec::none) {
    // One that has far more room than it needs does not keep it.
    const Buffer whole = space_.slice(0, used_);
    batch = used_ * 2 < space_.size() ? Buffer::copy_of(whole.bytes()) : whole;
    begin_header(batch);
  } else {
    const auto packed = compress(options_.codec, space_.bytes().subspan(kBatchHeaderBytes, used_ - kBatchHeaderBytes),
                                 options_.level);
    MR_ASSERT(packed.ok());
    batch = assemble(*packed);
  }
  std::uint16_t attributes = static_cast<std::uint16_t>(options_.codec);
  if (options_.transactional) attributes |= kTransactionalBit;
  if (options_.control) attributes |= kControlBit;
  const bool by_append = options_.timestamp_type == TimestampType::log_append_time;
  if (by_append) attributes |= kLogAppendTimeBit;

  store_be(batch.data() + 23, last_delta_);
  store_be(batch.data() + 27, base_timestamp_.value());
  store_be(batch.data() + 57, count_);
  MutableBatch fields(batch.writable());
  fields.set_base_offset(options_.base_offset);
  fields.set_leader_epoch(options_.leader_epoch);
  fields.set_attributes(attributes);
  fields.set_max_timestamp(by_append ? append_time : max_timestamp_);
  fields.set_producer(options_.producer_id, options_.producer_epoch, options_.base_sequence);
  fields.seal();

  space_ = Buffer();
  used_ = kBatchHeaderBytes;
  count_ = 0;
  last_delta_ = -1;
  return batch;
}

Result<Buffer> rebuild(const BatchView& like, Bytes records, Codec codec, std::optional<int> level) {
  std::vector<std::byte> packed;
  if (codec != Codec::none) {
    auto compressed = compress(codec, records, level);
    if (!compressed) return compressed.error();
    packed = std::move(*compressed);
    records = packed;
  }
  Buffer batch = assemble(records);
  const Bytes header = like.bytes().first(kBatchHeaderBytes);
  std::copy_n(header.begin(), 8, batch.data());                     // base offset
  std::copy(header.begin() + 12, header.end(), batch.data() + 12);  // all behind the length
  MutableBatch fields(batch.writable());
  fields.set_attributes(
      static_cast<std::uint16_t>((like.attributes() & ~kCodecBits) | static_cast<std::uint16_t>(codec)));
  fields.seal();
  return batch;
}

}  // namespace millrace::record
