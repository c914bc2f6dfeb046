#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/records/byte_source.h"
#include "cli/records/record_format.h"
#include "millrace/record.h"

namespace millrace::cli {

// What is wrong with an input, in a line.
struct BadInput {
  std::string line;
};

// Reads records that stand in a source in a layout. One thread; format and source must outlive it.
class RecordReader {
 public:
  RecordReader(const RecordFormat& format, ByteSource& source) : format_(format), source_(source) {}

  // Why a layout cannot be read, in a line: a letter or way of writing that only tells, or a text whose end nothing
  // shows. Empty if it can.
  static std::string refusal(const RecordFormat& format);

  // The next record; nothing at the end of the input. Partitions are set where the layout has them, offsets never. The
  // error is a line that says which record, and what is wrong there; no record can be read after it.
  Result<std::optional<client::Record>, std::string> next();

 private:
  using Failed = Result<void, BadInput>;
  using Taken = Result<std::string, BadInput>;
  struct Sizes {
    std::optional<std::size_t> topic;
    std::optional<std::size_t> key;
    std::optional<std::size_t> value;
    std::optional<std::size_t> headers;
  };

  Failed read_parts(const std::vector<RecordFormat::Part>& parts, client::Record& record, client::Header* header);
  Failed read_headers(const RecordFormat::Part& part, std::size_t count, client::Record& record);
  Result<std::int64_t, BadInput> read_number(const RecordFormat::Part& part);
  // `end`: the literal behind it, null if none.
  Taken read_text(const RecordFormat::Part& part, std::optional<std::size_t> size,
                  const RecordFormat::Part* end);
  Taken read_json_value();
  Taken read_match(const std::string& expression);
  Taken take(std::size_t size);
  Failed read_literal(const std::string& text, bool last);
  Result<std::optional<client::Record>, std::string> next_json();

  const RecordFormat& format_;
  ByteSource& source_;
  std::uint64_t number_ = 0;
};

}  // namespace millrace::cli
