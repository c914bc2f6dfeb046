#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace millrace::record {

// Record batches as bytes (docs/formats/record-batch.md): reading the header, changing what a broker may change, and
// walking batches that stand back to back. Nothing here looks inside the records.

inline constexpr std::size_t kBatchHeaderBytes = 61;   // magic 2
inline constexpr std::size_t kLengthPrefixBytes = 12;  // base offset and length, which the length does not count
inline constexpr std::size_t kMagicAt = 16;            // in every version
inline constexpr std::size_t kMinLegacyBytes = 26;     // the smallest message of magic 0, its 12-byte prefix included

enum class Codec : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };
// "gzip", as in compression.type.
const char* to_string(Codec codec) noexcept;

enum class TimestampType : std::uint8_t { create_time = 0, log_append_time = 1 };

inline constexpr std::uint16_t kCodecBits = 0x07;
inline constexpr std::uint16_t kLogAppendTimeBit = 0x08;
inline constexpr std::uint16_t kTransactionalBit = 0x10;
inline constexpr std::uint16_t kControlBit = 0x20;
inline constexpr std::uint16_t kDeleteHorizonBit = 0x40;

// One whole batch (magic 2) or one message or wrapper (magic 0 and 1), somewhere in memory that somebody else owns.
// Made by BatchView::parse or a BatchWalk, which guarantee that the header is there and the size is right; nothing else
// is checked until crc_ok(). The functions in the second block need magic 2.
class BatchView {
 public:
  // The batch at the beginning of `bytes`. Error::truncated when the bytes end before it does, Error::corrupt when its
  // length or magic cannot be. The bytes after it are not looked at.
  static Result<BatchView> parse(Bytes bytes);
  // How many bytes the batch takes whose first 12 bytes are `prefix`. Error::corrupt when no batch can have that size,
  // Error::truncated when there are fewer than 12 bytes.
  static Result<std::uint64_t> size_of(Bytes prefix);
  // A header alone (at least 61 bytes, or as many as a shorter batch of magic 0 or 1 has), whose records are elsewhere:
  // for scans that need only what the header says. bytes(), records() and crc_ok() must not be called on it.
  static Result<BatchView> parse_header(Bytes header);

  Bytes bytes() const { return bytes_.first(size()); }
  std::size_t size() const { return kLengthPrefixBytes + static_cast<std::size_t>(load_be<std::int32_t>(at(8))); }
  int magic() const { return static_cast<int>(*at(kMagicAt)); }
  bool is_legacy() const { return magic() < 2; }
  // The first offset. Magic 0 and 1: the offset of the message; of a wrapper the offset of its last message.
  Offset base_offset() const { return Offset(load_be<std::int64_t>(at(0))); }
  Offset last_offset() const { return is_legacy() ? base_offset() : base_offset() + last_offset_delta(); }
  Offset next_offset() const { return last_offset() + 1; }
  Codec codec() const { return static_cast<Codec>(attributes() & kCodecBits); }
  // Whether the codec bits name a codec of ours.
  bool codec_known() const { return (attributes() & kCodecBits) <= 4; }
  TimestampType timestamp_type() const {
    return (attributes() & kLogAppendTimeBit) != 0 ? TimestampType::log_append_time : TimestampType::create_time;
  }
  // The greatest timestamp, -1 for magic 0 and where no record has one.
  WallTime max_timestamp() const;
  std::uint16_t attributes() const;
  // kNoEpoch for magic 0 and 1.
  LeaderEpoch leader_epoch() const { return is_legacy() ? kNoEpoch : LeaderEpoch(load_be<std::int32_t>(at(12))); }
  // The stored checksum is that of the bytes. Does not cover base offset and leader epoch.
  bool crc_ok() const;

  std::uint32_t crc() const { return load_be<std::uint32_t>(at(17)); }
  std::int32_t last_offset_delta() const { return load_be<std::int32_t>(at(23)); }
  WallTime base_timestamp() const { return WallTime(load_be<std::int64_t>(at(27))); }
  ProducerId producer_id() const { return ProducerId(load_be<std::int64_t>(at(43))); }
  ProducerEpoch producer_epoch() const { return ProducerEpoch(load_be<std::int16_t>(at(51))); }
  std::int32_t base_sequence() const { return load_be<std::int32_t>(at(53)); }
  // Sequence of the last record, wrapped after 2^31-1; -1 without sequences.
  std::int32_t last_sequence() const;
  std::int32_t count() const { return load_be<std::int32_t>(at(57)); }
  bool has_producer() const { return !is_legacy() && producer_id().value() >= 0; }
  bool is_transactional() const { return !is_legacy() && (attributes() & kTransactionalBit) != 0; }
  bool is_control() const { return !is_legacy() && (attributes() & kControlBit) != 0; }
  // The records, compressed if codec() says so.
  Bytes records() const { return bytes().subspan(kBatchHeaderBytes); }

 private:
  explicit BatchView(Bytes bytes) : bytes_(bytes) {}
  const std::byte* at(std::size_t position) const { return bytes_.data() + position; }
  Bytes bytes_;
};

// The sequence `delta` after `sequence`, wrapped after 2^31-1 to 0.
std::int32_t sequence_plus(std::int32_t sequence, std::int32_t delta);

// A batch of magic 2 in memory that the caller may change. Base offset and leader epoch are outside the checksum; after
// any of the others, seal() must be called.
class MutableBatch {
 public:
  // Precondition: `bytes` begins with a batch that BatchView::parse accepts, of magic 2.
  explicit MutableBatch(MutableBytes bytes) : bytes_(bytes) {}

  void set_base_offset(Offset offset) { store_be(at(0), offset.value()); }
  void set_leader_epoch(LeaderEpoch epoch) { store_be(at(12), epoch.value()); }

  void set_attributes(std::uint16_t attributes) { store_be(at(21), attributes); }
  void set_timestamp_type(TimestampType type);
  void set_base_timestamp(WallTime time) { store_be(at(27), time.value()); }
  void set_max_timestamp(WallTime time) { store_be(at(35), time.value()); }
  void set_producer(ProducerId id, ProducerEpoch epoch, std::int32_t base_sequence);
  // Computes the checksum over what the batch holds now.
  void seal();
  BatchView view() const;

 private:
  std::byte* at(std::size_t position) { return bytes_.data() + position; }
  MutableBytes bytes_;
};

// Goes through batches that stand back to back.
//   for (BatchWalk walk(blob); walk.next();) use(walk.batch());
class BatchWalk {
 public:
  explicit BatchWalk(Bytes blob) : rest_(blob) {}
  // Moves to the next batch. False at the end, and where what follows is no whole batch: see error().
  bool next();
  // Precondition: the last next() was true.
  const BatchView& batch() const { return *batch_; }
  // Bytes before the present batch.
  std::size_t position() const { return position_; }
  // Error::none if the blob ended behind a batch (or the walk has not ended yet).
  Error error() const { return error_; }

 private:
  Bytes rest_;
  std::optional<BatchView> batch_;
  std::size_t position_ = 0;
  std::size_t taken_ = 0;
  Error error_ = Error::none;
};

}  // namespace millrace::record
