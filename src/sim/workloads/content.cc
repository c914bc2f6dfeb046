#include "sim/workloads/content.h"

#include <algorithm>
#include <array>

#include "base/prng.h"
#include "record/record_reader.h"

namespace millrace::sim {
namespace {

constexpr std::size_t kKeyBytes = 16;  // the record's number, and the length of its value

// A value that compresses somewhat.
std::vector<std::byte> value_of(RecordId id, std::size_t size) {
  std::vector<std::byte> value(size);
  Prng prng(id);
  for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<std::byte>('a' + prng.below(9));
  return value;
}

}  // namespace

Buffer make_batch(const std::vector<RecordId>& ids, WallTime time, std::size_t largest,
                  const record::BatchOptions& options) {
  record::BatchBuilder builder(options);
  for (const auto id : ids) {
    const std::size_t size = Prng(~id).below(largest + 1);
    std::array<std::byte, kKeyBytes> key;
    store_be(key.data(), id);
    store_be(key.data() + 8, std::uint64_t{size});
    const auto value = value_of(id, size);
    const record::Header header{as_bytes("id"), Bytes(key).first(8)};
    const bool has_header = id % 3 == 0;
    builder.add(time, Bytes(key), Bytes(value), std::span(&header, has_header ? 1 : 0));
  }
  return builder.build();
}

std::optional<std::vector<RecordId>> read_batch(const record::BatchView& batch) {
  if (batch.is_legacy() || !batch.crc_ok()) return std::nullopt;
  record::Scratch scratch;
  auto reader = record::RecordReader::open(batch, scratch);
  if (!reader) return std::nullopt;
  std::vector<RecordId> ids;
  record::Record record;
  while (reader->next(record)) {
    if (!record.key || record.key->size() != kKeyBytes || !record.value) return std::nullopt;
    const auto id = load_be<RecordId>(record.key->data());
    const auto size = load_be<std::uint64_t>(record.key->data() + 8);
    if (record.value->size() != size || record.headers.left() != (id % 3 == 0 ? 1 : 0)) return std::nullopt;
    if (!same_bytes(*record.value, value_of(id, size))) return std::nullopt;
    ids.push_back(id);
  }
  if (!reader->status().ok()) return std::nullopt;
  return ids;
}

}  // namespace millrace::sim
