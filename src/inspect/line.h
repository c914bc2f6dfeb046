#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace millrace::inspect {

// One line of a dump: named values, printed as the text of kafka-dump-log or as a JSON object. A plain value.
class Line {
 public:
  // `kind` is the JSON object's; `prefix` stands before the text, if there is any.
  explicit Line(std::string_view kind, std::string_view prefix = "") : kind_(kind), prefix_(prefix) {}

  Line& number(std::string_view name, std::int64_t value);
  Line& flag(std::string_view name, bool value);
  // Java's OptionalLong, null in JSON.
  Line& optional(std::string_view name, std::optional<std::int64_t> value);
  Line& word(std::string_view name, std::string_view value);
  // Text that nobody has checked: what is not UTF-8 is printed as U+FFFD, and JSON has the bytes beside it in base64.
  Line& bytes(std::string_view name, Bytes value);
  // "[a,b]".
  Line& list(std::string_view name, const std::vector<std::string>& values);
  // `value` is JSON already. `glue` stands between name and value in the text.
  Line& json(std::string_view name, std::string_view value, std::string_view glue = ": ");
  // A sentence; in JSON under `name`.
  Line& sentence(std::string_view name, std::string_view text);

  bool empty() const { return fields_.empty(); }
  // With the line end. `file` is named in the JSON.
  std::string print(bool as_json, std::string_view file) const;

 private:
  struct Field {
    std::string name;
    std::string text;
    std::string json;
    std::string_view glue;  // empty: the text has no name
    std::string base64;  // JSON only; empty: none
  };
  Line& add(std::string_view name, std::string text, std::string json, std::string_view glue = ": ");

  std::string kind_;
  std::string prefix_;
  std::vector<Field> fields_;
};

// `bytes` as UTF-8; each ill-formed sequence becomes U+FFFD, as Java decodes it. `whole` tells whether there was none.
std::string readable(Bytes bytes, bool& whole);
// `text`, which must be UTF-8, as a JSON string with its quotation marks.
std::string json_string(std::string_view text);

}  // namespace millrace::inspect
