#include "sim/workloads/content.h"

#include <algorithm>
#include <array>

#include "base/prng.h"
#include "record/record_reader.h"

namespace millrace::sim {
namespace {

constexpr std::size_t kKeyBytes = 16;  // the record's number, and the length of its value

// A value that compresses somewhat.
std::string value_of(RecordId id, std::size_t size) {
  std::string value(size, '\0');
  Prng prng(id);
  for (char& letter : value) letter = static_cast<char>('a' + prng.below(9));
  return value;
}

}  // namespace

std::pair<std::string, std::string> key_and_value(RecordId id, std::size_t largest) {
  const std::size_t size = Prng(~id).below(largest + 1);
  std::array<std::byte, kKeyBytes> key;
  store_be(key.data(), id);
  store_be(key.data() + 8, std::uint64_t{size});
  return {std::string(as_text(Bytes(key))), value_of(id, size)};
}

std::optional<RecordId> id_of_record(Bytes key, Bytes value) {
  if (key.size() != kKeyBytes) return std::nullopt;
  const auto id = load_be<RecordId>(key.data());
  if (value.size() != load_be<std::uint64_t>(key.data() + 8)) return std::nullopt;
  if (as_text(value) != value_of(id, value.size())) return std::nullopt;
  return id;
}

Buffer make_batch(const std::vector<RecordId>& ids, WallTime time, std::size_t largest,
                  const record::BatchOptions& options) {
  record::BatchBuilder builder(options);
  for (const auto id : ids) {
    const auto [key, value] = key_and_value(id, largest);
    const record::Header header{as_bytes("id"), as_bytes(key).first(8)};
    const bool has_header = id % 3 == 0;
    builder.add(time, as_bytes(key), as_bytes(value), std::span(&header, has_header ? 1 : 0));
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
    if (!record.key || !record.value) return std::nullopt;
    const auto id = id_of_record(*record.key, *record.value);
    if (!id || record.headers.left() != (*id % 3 == 0 ? 1 : 0)) return std::nullopt;
    ids.push_back(*id);
  }
  if (!reader->status().ok()) return std::nullopt;
  return ids;
}

}  // namespace millrace::sim
