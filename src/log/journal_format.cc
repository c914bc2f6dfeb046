#include "log/journal_format.h"

#include "base/crc32c.h"
#include "log/limits.h"

namespace millrace::log {
namespace {

constexpr std::uint32_t kMagic = 0x4d524a31;  // "MRJ1"
constexpr std::size_t kCrcAt = kRoundHeadBytes - 4;
constexpr std::size_t kEntryBytes = 16 + 1 + 8 + 8 + 4 + 2;  // and the name

// Goes forward through bytes, which must suffice.
class Cursor {
 public:
  explicit Cursor(std::byte* at) : at_(at) {}
  template <typename T>
  void put(T value) {
    store_be(at_, value);
    at_ += sizeof value;
  }
  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }

 private:
  std::byte* at_;
};

template <typename T>
T take(Bytes& from) {
  const T value = load_be<T>(from.data());
  from = from.subspan(sizeof value);
  return value;
}

std::uint32_t extend_over(std::uint32_t crc, const std::vector<Buffer>& data) {
  for (const Buffer& piece : data) crc = crc32c(piece.bytes(), crc);
  return crc;
}

}  // namespace

Buffer encode_round(std::uint64_t life, std::uint64_t number, const std::vector<JournalEntry>& entries,
                    const std::vector<Buffer>& data) {
  std::size_t table = 0;
  for (const JournalEntry& entry : entries) table += kEntryBytes + entry.key.name.size();
  std::uint64_t bytes = 0;
  for (const Buffer& piece : data) bytes += piece.size();
  Buffer round = Buffer::allocate(kRoundHeadBytes + table);
  Cursor head(round.data());
  head.put(kMagic);
  head.put(std::uint64_t{0});  // reserved
  head.put(life);
  head.put(number);
  head.put(static_cast<std::uint32_t>(table));
  head.put(bytes);
  Cursor rows(round.data() + kRoundHeadBytes);
  for (const JournalEntry& entry : entries) {
    rows.put(entry.key.topic_id.high);
    rows.put(entry.key.topic_id.low);
    rows.put(static_cast<std::uint8_t>(entry.forget));
    rows.put(entry.base.value());
    rows.put(entry.position);
    rows.put(entry.length);
    rows.put(static_cast<std::uint16_t>(entry.key.name.size()));
    rows.put(std::string_view(entry.key.name));
  }
  std::uint32_t crc = crc32c(Bytes(round.data(), kCrcAt));
  crc = crc32c(Bytes(round.data() + kRoundHeadBytes, table), crc);
  store_be(round.data() + kCrcAt, extend_over(crc, data));
  return round;
}

Result<RoundHead> parse_round_head(Bytes bytes) {
  Bytes from = bytes;
  if (take<std::uint32_t>(from) != kMagic || take<std::uint64_t>(from) != 0) return Error::corrupt;
  RoundHead head;
  head.life = take<std::uint64_t>(from);
  head.number = take<std::uint64_t>(from);
  head.table_bytes = take<std::uint32_t>(from);
  head.data_bytes = take<std::uint64_t>(from);
  head.crc = take<std::uint32_t>(from);
  if (head.table_bytes > kMaxRoundBytes || head.data_bytes > kMaxRoundBytes) return Error::corrupt;
  return head;
}

Result<std::vector<JournalEntry>> parse_round(const RoundHead& head, Bytes round) {
  if (round.size() != kRoundHeadBytes + head.table_bytes + head.data_bytes) return Error::corrupt;
  if (crc32c(round.subspan(kRoundHeadBytes), crc32c(round.first(kCrcAt))) != head.crc) return Error::corrupt;
  std::vector<JournalEntry> entries;
  std::uint64_t data = 0;
  for (Bytes rows = round.subspan(kRoundHeadBytes, head.table_bytes); !rows.empty();) {
    if (rows.size() < kEntryBytes) return Error::corrupt;
    JournalEntry entry;
    entry.key.topic_id.high = take<std::uint64_t>(rows);
    entry.key.topic_id.low = take<std::uint64_t>(rows);
    entry.forget = take<std::uint8_t>(rows) != 0;
    entry.base = Offset(take<std::int64_t>(rows));
    entry.position = take<std::uint64_t>(rows);
    entry.length = take<std::uint32_t>(rows);
    const std::size_t name = take<std::uint16_t>(rows);
    if (rows.size() < name) return Error::corrupt;
    entry.key.name = as_text(rows.first(name));
    rows = rows.subspan(name);
    data += entry.length;
    entries.push_back(std::move(entry));
  }
  if (data != head.data_bytes) return Error::corrupt;
  return entries;
}

}  // namespace millrace::log
