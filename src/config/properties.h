#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::config {

// One entry of a file in Java's properties syntax.
struct Property {
  std::string key;         // UTF-8
  std::string value;       // UTF-8; blanks at its end are part of it
  std::uint32_t line = 0;  // where the entry begins, from 1

  friend bool operator==(const Property&, const Property&) = default;
};

// Why a text is not in that syntax.
struct PropertiesError {
  std::uint32_t line = 0;  // from 1
  std::string reason;      // without place: "\u needs four hexadecimal digits"
};

// Reads Java's properties syntax: `key=value`, `key:value` or `key value`; comments begin with # or !; a line that ends
// in an odd number of backslashes goes on in the next, whose leading blanks are dropped; \t \n \r \f and \uXXXX stand
// for characters, any other escaped character for itself. Bytes that are not UTF-8 are read as ISO 8859-1.
// Entries come in the order of the file; a key that occurs twice is there twice, and the last one counts.
// Fails on a \u without four hexadecimal digits, on half of a surrogate pair, and on an entry without a key that has a
// value. Never on the end of the text.
Result<std::vector<Property>, PropertiesError> parse_properties(std::string_view text);

// `key=value` as one line with a line feed, escaped so that parse_properties gives both back. Line breaks and other
// controls are escaped, all else stays UTF-8.
std::string render_property(std::string_view key, std::string_view value);

}  // namespace millrace::config
