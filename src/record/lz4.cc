#include <lz4.h>
#include <lz4frame.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "record/codec_parts.h"

namespace millrace::record::codecs {
namespace {

constexpr std::uint32_t kMagic = 0x184d2204;
constexpr std::uint32_t kStoredBit = 0x80000000;
constexpr unsigned kIndependentBlocks = 0x20;
constexpr unsigned kBlockChecksums = 0x10;
constexpr unsigned kContentSize = 0x08;
constexpr int kFastLevel = 9;  // the level that means the fast compressor in Kafka
constexpr int kLeastHighLevel = 3;

std::uint32_t load_le(const std::byte* from) {
  std::uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// xxHash, 32 bits, seed 0: the checksum inside lz4 frames.
std::uint32_t xxh32(Bytes bytes) {
  constexpr std::uint32_t p1 = 2654435761U, p2 = 2246822519U, p3 = 3266489917U, p4 = 668265263U, p5 = 374761393U;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t hash = p5;
  if (left >= 16) {
    std::uint32_t lane[4] = {p1 + p2, p2, 0, 0U - p1};
    for (; left >= 16; left -= 16, at += 16) {
      for (int i = 0; i < 4; ++i) lane[i] = std::rotl(lane[i] + load_le(at + 4 * i) * p2, 13) * p1;
    }
    hash = std::rotl(lane[0], 1) + std::rotl(lane[1], 7) + std::rotl(lane[2], 12) + std::rotl(lane[3], 18);
  }
  hash += static_cast<std::uint32_t>(bytes.size());
  for (; left >= 4; left -= 4, at += 4) hash = std::rotl(hash + load_le(at) * p3, 17) * p4;
  for (; left > 0; --left, ++at) hash = std::rotl(hash + static_cast<std::uint32_t>(*at) * p5, 11) * p1;
  hash = (hash ^ (hash >> 15)) * p2;
  hash = (hash ^ (hash >> 13)) * p3;
  return hash ^ (hash >> 16);
}

// The bytes that describe a frame with these flags, between its magic number and their checksum.
std::size_t described_bytes(unsigned flags) { return 2 + ((flags & kContentSize) != 0 ? 8 : 0); }

struct Frame {
  bool block_checksums = false;
  std::size_t block_bytes = 0;  // the most that one block may become
};

// Takes the frame's header off `bytes`. Independent blocks only, as Kafka's reader.
Result<Frame> take_header(Bytes& bytes) {
  if (bytes.size() < 7 || load_le(bytes.data()) != kMagic) return Error::corrupt;
  const auto flags = static_cast<unsigned>(bytes[4]);
  const auto block = static_cast<unsigned>(bytes[5]);
  const unsigned size_code = (block >> 4) & 7;
  if (flags >> 6 != 1 || (flags & 3) != 0 || (flags & kIndependentBlocks) == 0) return Error::corrupt;
  if ((block & 0x8f) != 0 || size_code < 4) return Error::corrupt;
  const std::size_t described = described_bytes(flags);
  if (bytes.size() < 4 + described + 1) return Error::corrupt;
  if (((xxh32(bytes.subspan(4, described)) >> 8) & 0xff) != static_cast<unsigned>(bytes[4 + described])) {
    return Error::corrupt;
  }
  bytes = bytes.subspan(4 + described + 1);
  return Frame{(flags & kBlockChecksums) != 0, std::size_t{1} << (8 + 2 * size_code)};
}

Status unpack_block(Bytes block, bool stored, std::size_t block_bytes, std::size_t limit, Scratch& out) {
  const MutableBytes room = out.room(limit, block_bytes);
  const std::size_t space = std::min(room.size(), block_bytes);
  if (stored) {
    if (block.size() > block_bytes) return Error::corrupt;
    if (block.size() > space) return Error::too_large;
    std::memcpy(room.data(), block.data(), block.size());
    out.commit(block.size());
    return {};
  }
  if (space == 0) return Error::too_large;
  const int size =
      LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()), reinterpret_cast<char*>(room.data()),
                          static_cast<int>(block.size()), static_cast<int>(space));
  // A block cut short by our limit cannot be told from a malformed one: the limit is named where it is the cause.
  if (size < 0) return space < block_bytes ? Error::too_large : Error::corrupt;
  out.commit(static_cast<std::size_t>(size));
  return {};
}

}  // namespace

void mend_lz4_header(std::vector<std::byte>& frame) {
  constexpr std::size_t kDescribedAt = 4;
  if (frame.size() <= kDescribedAt) return;
  const std::size_t described = described_bytes(static_cast<unsigned>(frame[kDescribedAt]));
  if (frame.size() <= kDescribedAt + described) return;
  const std::uint32_t hash = xxh32(Bytes(frame).subspan(kDescribedAt, described));
  frame[kDescribedAt + described] = static_cast<std::byte>((hash >> 8) & 0xff);
}

Status unlz4(Bytes bytes, std::size_t limit, Scratch& out) {
  const auto frame = take_header(bytes);
  if (!frame) return frame.error();
  for (;;) {
    if (bytes.size() < 4) return Error::corrupt;
    const std::uint32_t word = load_le(bytes.data());
    bytes = bytes.subspan(4);
    if (word == 0) return {};  // what follows the end mark is not looked at
    const std::size_t size = word & ~kStoredBit;
    const std::size_t with_checksum = size + (frame->block_checksums ? 4 : 0);
    if (size > frame->block_bytes || with_checksum > bytes.size()) return Error::corrupt;
    const Bytes block = bytes.first(size);
    if (frame->block_checksums && load_le(bytes.data() + size) != xxh32(block)) return Error::corrupt;
    MR_TRY(unpack_block(block, (word & kStoredBit) != 0, frame->block_bytes, limit, out));
    bytes = bytes.subspan(with_checksum);
  }
}

Result<std::vector<std::byte>> lz4(Bytes bytes, std::optional<int> level) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  const int wanted = level.value_or(kFastLevel);
  preferences.compressionLevel = wanted == kFastLevel ? 0 : std::max(wanted, kLeastHighLevel);
  std::vector<std::byte> out(LZ4F_compressFrameBound(bytes.size(), &preferences));
  const std::size_t size = LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
  if (LZ4F_isError(size) != 0) return Error::too_large;
  out.resize(size);
  return out;
}

}  // namespace millrace::record::codecs
