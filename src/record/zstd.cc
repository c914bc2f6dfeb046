#include <zstd.h>

#include <algorithm>
#include <memory>

#include "record/codec_parts.h"

namespace millrace::record::codecs {
namespace {

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

Status unzstd(Bytes bytes, std::size_t limit, Scratch& out) {
  const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) return Error::too_large;
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::byte overflow{};  // one byte beyond the limit tells "exactly the limit" from "more"
  std::size_t unfinished = 1;
  while (input.pos < input.size || unfinished != 0) {
    const MutableBytes room = out.room(limit);
    const bool full = room.empty();
    ZSTD_outBuffer output{full ? &overflow : room.data(), full ? 1 : room.size(), 0};
    const std::size_t before = input.pos;
    unfinished = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(unfinished) != 0) return Error::corrupt;
    if (full && output.pos > 0) return Error::too_large;
    if (!full) out.commit(output.pos);
    if (unfinished != 0 && output.pos == 0 && input.pos == before) return Error::corrupt;  // the frame is cut short
  }
  return {};
}

Result<std::vector<std::byte>> zstd(Bytes bytes, std::optional<int> level) {
  const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) return Error::too_large;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level.value_or(3));
  std::vector<std::byte> out(ZSTD_compressBound(bytes.size()));
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  // Begun before the end is known, so that the frame carries no content size: as Kafka's stream writer.
  std::size_t left = ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_continue);
  while (ZSTD_isError(left) == 0) {
    left = ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_end);
    if (left == 0) break;
    out.resize(out.size() + (64u << 10));
    output.dst = out.data();
    output.size = out.size();
  }
  if (ZSTD_isError(left) != 0) return Error::too_large;
  out.resize(output.pos);
  return out;
}

}  // namespace millrace::record::codecs
