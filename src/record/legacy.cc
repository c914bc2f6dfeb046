#include "record/legacy.h"

#include <algorithm>

namespace millrace::record {
namespace {

constexpr std::size_t kTimestampAt = 18;  // in magic 1; in magic 0 the key's length
constexpr std::size_t kLengthBytes = 4;

// What stands behind a length, which is -1 for null.
Result<Bytes> take(Bytes& rest) {
  if (rest.size() < kLengthBytes) return Error::corrupt;
  const auto length = load_be<std::int32_t>(rest.data());
  rest = rest.subspan(kLengthBytes);
  if (length < 0) return Bytes();
  if (static_cast<std::size_t>(length) > rest.size()) return Error::corrupt;
  const Bytes taken = rest.first(static_cast<std::size_t>(length));
  rest = rest.subspan(taken.size());
  return taken;
}

}  // namespace

Status each_legacy_message(const BatchView& entry, Scratch& scratch, Callback<bool(Offset, WallTime)> use) {
  if (entry.codec() == Codec::none) {
    use(entry.base_offset(), entry.max_timestamp());
    return {};
  }
  Bytes rest = entry.bytes().subspan(kTimestampAt);
  if (entry.magic() == 1) {
    if (rest.size() < sizeof(std::int64_t)) return Error::corrupt;
    rest = rest.subspan(sizeof(std::int64_t));
  }
  const auto key = take(rest);
  if (!key) return key.error();
  const auto value = take(rest);
  if (!value) return value.error();
  const auto inner = decompress(entry.codec(), *value, decompression_limit(value->size()), scratch);
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
    if (!use(walk.batch().base_offset() + base, time)) return {};
  }
  return walk.error() == Error::none ? Status() : Status(Error::corrupt);
}

}  // namespace millrace::record
