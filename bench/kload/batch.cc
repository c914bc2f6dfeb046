#include "kload/batch.h"

#ifdef KLOAD_CODECS
#include <lz4frame.h>
#include <zstd.h>
#endif

#include <chrono>

#include "kload/wire.h"

namespace kload {
namespace {

constexpr int kLz4 = 3;
constexpr int kZstd = 4;

#ifdef KLOAD_CODECS
Bytes zstd(const Bytes& in) {
  Bytes out(ZSTD_compressBound(in.size()), 0);
  const std::size_t size = ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 3);
  if (ZSTD_isError(size) != 0) die("zstd");
  out.resize(size);
  return out;
}

Bytes lz4(const Bytes& in) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  Bytes out(LZ4F_compressFrameBound(in.size(), &preferences), 0);
  const std::size_t size = LZ4F_compressFrame(out.data(), out.size(), in.data(), in.size(), &preferences);
  if (LZ4F_isError(size) != 0) die("lz4");
  out.resize(size);
  return out;
}

Bytes compressed(const Bytes& in, int codec) { return codec == 0 ? in : codec == kZstd ? zstd(in) : lz4(in); }
#else
Bytes compressed(const Bytes& in, int codec) {
  if (codec != 0) die("built without -DKLOAD_CODECS");
  return in;
}
#endif

Bytes records(const BatchShape& shape, std::mt19937_64& dice) {
  Writer all;
  for (int i = 0; i < shape.records; ++i) {
    Writer record;
    record.i8(0);
    record.varint(0);
    record.varint(i);
    record.varint(-1);
    record.varint(shape.record_bytes);
    for (int j = 0; j < shape.record_bytes; ++j) {
      record.bytes.push_back(shape.compressible ? "abcdefghij"[(i + j) % 10] : static_cast<char>(dice()));
    }
    record.varint(0);
    all.varint(static_cast<std::int64_t>(record.bytes.size()));
    all.bytes += record.bytes;
  }
  return all.bytes;
}

}  // namespace

int codec_of(const std::string& name) {
  if (name == "none") return 0;
  if (name == "lz4") return kLz4;
  if (name == "zstd") return kZstd;
  die("unknown codec " + name);
}

Bytes record_batch(const BatchShape& shape, std::mt19937_64& dice) {
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  Writer checked;
  checked.i16(static_cast<std::int16_t>(shape.codec));
  checked.i32(shape.records - 1);
  checked.i64(now);
  checked.i64(now);
  checked.i64(-1);
  checked.i16(-1);
  checked.i32(-1);
  checked.i32(shape.records);
  checked.bytes += compressed(records(shape, dice), shape.codec);
  Writer batch;
  batch.i64(0);
  batch.i32(static_cast<std::int32_t>(4 + 1 + 4 + checked.bytes.size()));
  batch.i32(-1);
  batch.i8(2);
  batch.i32(static_cast<std::int32_t>(crc32c(checked.bytes.data(), checked.bytes.size())));
  return batch.bytes + checked.bytes;
}

}  // namespace kload
