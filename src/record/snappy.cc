#include <snappy.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "record/codec_parts.h"

namespace millrace::record::codecs {
namespace {

// Xerial's framing: 8 bytes of magic, version 1, least compatible version 1, then blocks of a 4-byte length and a
// snappy block; no end mark.
constexpr std::size_t kFrameHeaderBytes = 16;
constexpr std::size_t kBlockBytes = 32 * 1024;
constexpr std::array<unsigned char, 8> kMagic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};

bool is_frame_header(Bytes bytes) {
  return bytes.size() >= kFrameHeaderBytes && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

Status unpack_block(Bytes block, std::size_t limit, Scratch& out) {
  const char* data = reinterpret_cast<const char*>(block.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(data, block.size(), &size)) return Error::corrupt;
  if (size == 0) return snappy::IsValidCompressedBuffer(data, block.size()) ? Status() : Status(Error::corrupt);
  if (size > limit - std::min(limit, out.bytes().size())) return Error::too_large;
  // A block of n bytes cannot stand for more than about 21 n: a copy takes at least 3 bytes for 64.
  if (size / 32 > block.size()) return Error::corrupt;
  const MutableBytes room = out.room(limit, size);
  if (!snappy::RawUncompress(data, block.size(), reinterpret_cast<char*>(room.data()))) return Error::corrupt;
  out.commit(size);
  return {};
}

}  // namespace

Status unsnappy(Bytes bytes, std::size_t limit, Scratch& out) {
  if (!is_frame_header(bytes)) return unpack_block(bytes, limit, out);
  while (!bytes.empty()) {
    if (is_frame_header(bytes)) {
      bytes = bytes.subspan(kFrameHeaderBytes);
      continue;
    }
    if (bytes.size() < 4) return Error::corrupt;
    const auto size = load_be<std::int32_t>(bytes.data());
    bytes = bytes.subspan(4);
    if (size < 0 || static_cast<std::size_t>(size) > bytes.size()) return Error::corrupt;
    MR_TRY(unpack_block(bytes.first(static_cast<std::size_t>(size)), limit, out));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

Result<std::vector<std::byte>> snappy(Bytes bytes) {
  const std::size_t blocks = (bytes.size() + kBlockBytes - 1) / kBlockBytes;
  std::vector<std::byte> out(kFrameHeaderBytes + blocks * (4 + snappy::MaxCompressedLength(kBlockBytes)));
  std::memcpy(out.data(), kMagic.data(), kMagic.size());
  store_be(out.data() + 8, std::int32_t{1});
  store_be(out.data() + 12, std::int32_t{1});
  std::size_t at = kFrameHeaderBytes;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(kBlockBytes, bytes.size()))) {
    std::size_t size = 0;
    snappy::RawCompress(reinterpret_cast<const char*>(bytes.data()), std::min(kBlockBytes, bytes.size()),
                        reinterpret_cast<char*>(out.data() + at + 4), &size);
    store_be(out.data() + at, static_cast<std::int32_t>(size));
    at += 4 + size;
  }
  out.resize(at);
  return out;
}

}  // namespace millrace::record::codecs
