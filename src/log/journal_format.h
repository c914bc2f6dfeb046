#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"

namespace millrace::log {

// The bytes of a journal (docs/formats/journal.md): rounds, back to back, each with a head, a table of entries, and the
// bytes that the entries speak of.

inline constexpr std::string_view kJournalPrefix = "millrace-journal-";
inline constexpr std::size_t kRoundHeadBytes = 44;

// Which log an entry belongs to. `name` is the folder in the log directory, "<topic>-<partition>".
struct JournalKey {
  Uuid topic_id;
  std::string name;
};

// So many bytes at a position of a segment file; or, with `forget`, that nothing said before of this log counts.
struct JournalEntry {
  JournalKey key;
  bool forget = false;
  Offset base;                 // of the segment
  std::uint64_t position = 0;
  std::uint32_t length = 0;
};

// What a round begins with. `life` is one process's, the numbers of its rounds follow each other in all its files.
struct RoundHead {
  std::uint64_t life = 0;
  std::uint64_t number = 0;
  std::uint32_t table_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::uint32_t crc = 0;  // of everything before it in the head, of the table and of the data
};

// The head and the table of a round; the data follows. `data_crc_of` is the data in its order.
Buffer encode_round(std::uint64_t life, std::uint64_t number, const std::vector<JournalEntry>& entries,
                    const std::vector<Buffer>& data);
// Error::corrupt for anything but a head. Precondition: kRoundHeadBytes bytes.
Result<RoundHead> parse_round_head(Bytes bytes);
// The entries of a round, given whole: head, table and data. Error::corrupt if the checksum or a length is wrong.
Result<std::vector<JournalEntry>> parse_round(const RoundHead& head, Bytes round);

}  // namespace millrace::log
