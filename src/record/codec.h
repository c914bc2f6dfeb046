#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/limits.h"

namespace millrace::record {

// Memory that decompression writes into; kept and reused between batches. Grows in steps as bytes come out, up to a
// limit, and gives back what an unusually large batch took when the next one begins.
class Scratch {
 public:
  void clear();
  Bytes bytes() const { return {memory_.get(), size_}; }

  // Room for at least one and up to kScratchStepBytes more bytes (or `at_least`, if that is more) within `limit` in
  // all; empty at the limit. What has been written there counts after commit().
  MutableBytes room(std::size_t limit, std::size_t at_least = 1);
  void commit(std::size_t written) { size_ += written; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  void grow(std::size_t capacity);

  // Not a vector, which would be copied and filled with zeros as it grows: what is large is only mapped elsewhere.
  std::unique_ptr<std::byte[], Free> memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

// The most bytes that `compressed` bytes may become (limits.h).
std::size_t decompression_limit(std::size_t compressed);

// Decompresses the records of a batch into `into`, which is cleared first; the result points into it, or for
// Codec::none is `bytes` itself. Reads what Kafka's reader reads (docs/formats/record-batch.md, Codecs): several gzip
// members or zstd frames, snappy with and without xerial's framing, lz4 frames of independent blocks.
// Error::too_large above `limit`, Error::corrupt for bytes that the codec refuses, Error::unsupported for an unknown
// codec.
Result<Bytes> decompress(Codec codec, Bytes bytes, std::size_t limit, Scratch& into);

// Compresses as Kafka's producer and broker do it. `level` is the codec's own (gzip 1-9, lz4 1-17, zstd 1-22 and
// negative ones), Kafka's default without; snappy has none. Fails only when memory does: Error::too_large.
Result<std::vector<std::byte>> compress(Codec codec, Bytes bytes, std::optional<int> level = std::nullopt);

}  // namespace millrace::record
