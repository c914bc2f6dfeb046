#pragma once

#include <optional>
#include <vector>

#include "record/codec.h"

// The codecs one by one, for codec.cc alone. The rules are those of codec.h.
namespace millrace::record::codecs {

// Appends to `out`; at most `limit` bytes in all.
Status gunzip(Bytes bytes, std::size_t limit, Scratch& out);
Status unsnappy(Bytes bytes, std::size_t limit, Scratch& out);
Status unlz4(Bytes bytes, std::size_t limit, Scratch& out);
Status unzstd(Bytes bytes, std::size_t limit, Scratch& out);

// Gives an lz4 frame the header checksum that the format demands. The frames of magic 0 have another one, over the
// frame's first four bytes too, which nobody checks.
void mend_lz4_header(std::vector<std::byte>& frame);

Result<std::vector<std::byte>> gzip(Bytes bytes, std::optional<int> level);
Result<std::vector<std::byte>> snappy(Bytes bytes);
Result<std::vector<std::byte>> lz4(Bytes bytes, std::optional<int> level);
Result<std::vector<std::byte>> zstd(Bytes bytes, std::optional<int> level);

}  // namespace millrace::record::codecs
