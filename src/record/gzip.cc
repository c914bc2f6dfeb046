#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>

#include "record/codec_parts.h"

namespace millrace::record::codecs {
namespace {

constexpr int kGzipWindow = 15 + 16;  // 32 KiB window, gzip's own header and trailer
constexpr int kUnknownSystem = 255;   // what Java writes as the system that made the stream

const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, kGzipWindow) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

bool another_member(const z_stream& stream) {
  return stream.avail_in >= 2 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
}

}  // namespace

Status gunzip(Bytes bytes, std::size_t limit, Scratch& out) {
  Inflater inflater;
  if (!inflater.ready) return Error::too_large;
  z_stream& stream = inflater.stream;
  stream.next_in = raw(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::byte overflow{};  // one byte beyond the limit tells "exactly the limit" from "more"
  for (;;) {
    const MutableBytes room = out.room(limit);
    const bool full = room.empty();
    stream.next_out = reinterpret_cast<unsigned char*>(full ? &overflow : room.data());
    const std::size_t space = full ? 1 : std::min<std::size_t>(room.size(), 1u << 30);
    stream.avail_out = static_cast<uInt>(space);
    const int result = inflate(&stream, Z_NO_FLUSH);
    const std::size_t written = space - stream.avail_out;
    if (full && written > 0) return Error::too_large;
    if (!full) out.commit(written);
    if (result == Z_STREAM_END) {
      if (!another_member(stream)) return {};
      if (inflateReset(&stream) != Z_OK) return Error::corrupt;
    } else if (result != Z_OK || (stream.avail_in == 0 && written == 0)) {
      return Error::corrupt;
    }
  }
}

Result<std::vector<std::byte>> gzip(Bytes bytes, std::optional<int> level) {
  z_stream stream{};
  if (deflateInit2(&stream, level.value_or(Z_DEFAULT_COMPRESSION), Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return Error::too_large;
  }
  gz_header header{};
  header.os = kUnknownSystem;
  deflateSetHeader(&stream, &header);
  std::vector<std::byte> out(deflateBound(&stream, bytes.size()));
  stream.next_in = raw(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return Error::too_large;
  return out;
}

}  // namespace millrace::record::codecs
