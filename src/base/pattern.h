#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// A regular expression, in the part of Java's and RE2's syntax that both share and that needs no looking back: text,
// '.', classes, groups, alternatives, repetition, '^' and '$'. Works on bytes; a letter beyond ASCII is its bytes of
// UTF-8. Matching takes time in proportion to text times expression, whatever they are. A plain value; any thread.
class Pattern {
 public:
  // Error::corrupt: it is no expression; Error::unsupported: it asks for what is not offered (references, looking ahead
  // or behind, flags, properties); Error::too_large: it would need more than kMaxSteps.
  static Result<Pattern> compile(std::string_view expression);

  // Whether the expression takes the whole text.
  bool matches(std::string_view text) const { return run(text, true); }
  // Whether it takes some part of the text.
  bool found_in(std::string_view text) const { return run(text, false); }

  static constexpr std::size_t kMaxSteps = 4096;

 private:
  friend class PatternCompiler;
  enum class Kind : std::uint8_t { bytes, split, jump, begin, end, accept };
  struct Step {
    Kind kind = Kind::accept;
    std::uint32_t next = 0;   // split: the first way
    std::uint32_t other = 0;  // split: the second
    std::bitset<256> set;     // bytes: those that are taken
  };

  bool run(std::string_view text, bool whole) const;

  std::vector<Step> steps_;
};

}  // namespace millrace
