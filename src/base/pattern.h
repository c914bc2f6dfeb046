#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace millrace {

// A regular expression in the syntax of RE2, which is that of Java's but for look-around and references back. Works on
// UTF-8. Matching takes time in proportion to the text, whatever the expression. A plain value; any thread.
class Pattern {
 public:
  // Error::corrupt: it is no expression, or asks for what is not offered; Error::too_large: it would need more than
  // kMaxBytes. `why`: where to put what is wrong with it, in words.
  static Result<Pattern> compile(std::string_view expression, std::string* why = nullptr);

  // Whether the expression takes the whole text.
  bool matches(std::string_view text) const;

  static constexpr int kMaxBytes = 1 << 20;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace millrace
