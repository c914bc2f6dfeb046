#include "record/codec.h"

#include <algorithm>
#include <cstdlib>

#include "base/assert.h"
#include "record/codec_parts.h"

namespace millrace::record {

void Scratch::clear() {
  size_ = 0;
  if (capacity_ <= kRatioFreeBytes) return;
  memory_.reset();
  capacity_ = 0;
}

void Scratch::grow(std::size_t capacity) {
  std::byte* const grown = static_cast<std::byte*>(std::realloc(memory_.get(), capacity));
  MR_ASSERT(grown != nullptr);
  static_cast<void>(memory_.release());
  memory_.reset(grown);
  capacity_ = capacity;
}

MutableBytes Scratch::room(std::size_t limit, std::size_t at_least) {
  if (size_ >= limit) return {};
  const std::size_t wanted = std::min(limit, size_ + std::max(at_least, kScratchStepBytes));
  if (capacity_ < wanted) grow(std::min(limit, std::max(wanted, capacity_ * 3 / 2)));
  return {memory_.get() + size_, std::min(capacity_, limit) - size_};
}

std::size_t decompression_limit(std::size_t compressed) {
  const std::size_t by_ratio = compressed > kMaxDecompressedBytes / kMaxDecompressionRatio
                                   ? kMaxDecompressedBytes
                                   : compressed * kMaxDecompressionRatio;
  return std::clamp(by_ratio, kRatioFreeBytes, kMaxDecompressedBytes);
}

Result<Bytes> decompress(Codec codec, Bytes bytes, std::size_t limit, Scratch& into) {
  into.clear();
  Status done;
  switch (codec) {
    case Codec::none:
      if (bytes.size() > limit) return Error::too_large;
      return bytes;
    case Codec::gzip:
      done = codecs::gunzip(bytes, limit, into);
      break;
    case Codec::snappy:
      done = codecs::unsnappy(bytes, limit, into);
      break;
    case Codec::lz4:
      done = codecs::unlz4(bytes, limit, into);
      break;
    case Codec::zstd:
      done = codecs::unzstd(bytes, limit, into);
      break;
    default:
      return Error::unsupported;
  }
  if (!done) return done.error();
  return into.bytes();
}

Result<std::vector<std::byte>> compress(Codec codec, Bytes bytes, std::optional<int> level) {
  switch (codec) {
    case Codec::none:
      return std::vector<std::byte>(bytes.begin(), bytes.end());
    case Codec::gzip:
      return codecs::gzip(bytes, level);
    case Codec::snappy:
      return codecs::snappy(bytes);
    case Codec::lz4:
      return codecs::lz4(bytes, level);
    case Codec::zstd:
      return codecs::zstd(bytes, level);
  }
  return Error::unsupported;
}

}  // namespace millrace::record
