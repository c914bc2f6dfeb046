#include "record/legacy.h"

#include <algorithm>
#include <vector>

#include "record/codec_parts.h"

namespace millrace::record {
namespace {

constexpr std::size_t kTimestampAt = 18;  // in magic 1; in magic 0 the key's length
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kCrcAt = 12;

// What stands behind a length, which is -1 for null.
Status take(Bytes& rest, std::optional<Bytes>& taken) {
  taken.reset();
  if (rest.size() < kLengthBytes) return Error::corrupt;
  const auto length = load_be<std::int32_t>(rest.data());
  rest = rest.subspan(kLengthBytes);
  if (length < 0) return {};
  if (static_cast<std::size_t>(length) > rest.size()) return Error::corrupt;
  taken = rest.first(static_cast<std::size_t>(length));
  rest = rest.subspan(taken->size());
  return {};
}

// Key and value of one entry.
Status take_contents(const BatchView& entry, std::optional<Bytes>& key, std::optional<Bytes>& value) {
  Bytes rest = entry.bytes().subspan(kTimestampAt);
  if (entry.magic() == 1) {
    if (rest.size() < sizeof(std::int64_t)) return Error::corrupt;
    rest = rest.subspan(sizeof(std::int64_t));
  }
  MR_TRY(take(rest, key));
  return take(rest, value);
}

std::uint32_t stored_crc(const BatchView& entry) { return load_be<std::uint32_t>(entry.bytes().data() + kCrcAt); }

// Calls `use` (entry, offset, timestamp) for each entry that `entry` is or holds.
template <typename Use>
Status each_entry(const BatchView& entry, Scratch& scratch, Use&& use) {
  if (entry.codec() == Codec::none) {
    use(entry, entry.base_offset(), entry.max_timestamp());
    return {};
  }
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  MR_TRY(take_contents(entry, key, value));
  Bytes packed = value.value_or(Bytes());
  std::vector<std::byte> mended;
  if (entry.magic() == 0 && entry.codec() == Codec::lz4) {
    mended.assign(packed.begin(), packed.end());
    codecs::mend_lz4_header(mended);
    packed = mended;
  }
  const auto inner = decompress(entry.codec(), packed, decompression_limit(packed.size()), scratch);
  if (!inner) return inner.error();

  // The offsets in a wrapper of magic 1 count from its first message; the wrapper has the last one's.
  Offset last{0};
  for (BatchWalk walk(*inner); walk.next();) last = walk.batch().base_offset();
  const std::int64_t base = entry.magic() == 0 ? 0 : std::max<std::int64_t>(entry.base_offset() - last, 0);
  const bool appended = entry.timestamp_type() == TimestampType::log_append_time;
  BatchWalk walk(*inner);
  while (walk.next()) {
    if (!walk.batch().is_legacy()) return Error::corrupt;
    const WallTime time = appended ? entry.max_timestamp() : walk.batch().max_timestamp();
    if (!use(walk.batch(), walk.batch().base_offset() + base, time)) return {};
  }
  return walk.error() == Error::none ? Status() : Status(Error::corrupt);
}

}  // namespace

Status each_legacy_message(const BatchView& entry, Scratch& scratch, Callback<bool(Offset, WallTime)> use) {
  return each_entry(entry, scratch,
                    [&use](const BatchView& /*entry*/, Offset offset, WallTime time) { return use(offset, time); });
}

Status each_legacy_record(const BatchView& entry, Scratch& scratch, Callback<bool(const LegacyMessage&)> use) {
  Status contents;
  const Status walked = each_entry(entry, scratch, [&](const BatchView& inner, Offset offset, WallTime time) {
    LegacyMessage message{offset, time, {}, {}, stored_crc(inner), inner.crc_ok()};
    contents = take_contents(inner, message.key, message.value);
    return contents.ok() && use(message);
  });
  return walked.ok() ? contents : walked;
}

}  // namespace millrace::record
