#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/definition.h"

namespace millrace::config {

using List = std::vector<std::string>;

// The value of a setting after it was read and checked: nothing (null), BOOLEAN, the whole numbers, DOUBLE, the texts
// (STRING, CLASS, PASSWORD), LIST.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, List>;

// A value that is not allowed.
struct Problem {
  std::string name;     // of the setting
  std::string value;    // as it was given; "[hidden]" for a secret
  std::string allowed;  // what it must be, in words
  std::string reason;   // as Kafka words it in an answer to a client, with name and value

  // One line for a person: "retention.ms=soon is not allowed: must be a whole number from -1 to ...".
  std::string line() const;
};

// Reads `text` as a value of this setting and checks it against the setting's rule. Blanks around it do not count;
// list entries are separated by commas, and of equal ones the first stays. Whole numbers are decimal, with an optional
// sign; doubles are finite. Any thread.
Result<Value, Problem> parse_value(const Definition& definition, std::string_view text);

// The value that holds when nobody sets one: of default_text, or nothing. Precondition: presence is not `required`.
Value default_value(const Definition& definition);

// The value as text, as clients see it: lists joined by commas; nothing stays nothing.
std::optional<std::string> value_text(const Value& value);

// `text` without blanks at both ends.
std::string_view trimmed(std::string_view text);
// The parts of `text` between the commas, without the blanks around them; none when it is blank.
List split_list(std::string_view text);
// A whole number, decimal, with an optional sign, nothing around it; nothing when it is none or beyond 64 bits.
std::optional<std::int64_t> parse_whole(std::string_view text);

}  // namespace millrace::config
