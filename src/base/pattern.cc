#include "base/pattern.h"

#include <re2/re2.h>

#include <utility>

namespace millrace {

Result<Pattern> Pattern::compile(std::string_view expression, std::string* why) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxBytes);
  auto compiled = std::make_shared<const re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
  if (compiled->ok()) return Pattern(std::move(compiled));
  if (why != nullptr) *why = compiled->error();
  const bool large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge;
  return large ? Error::too_large : Error::corrupt;
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace millrace
