#include "base/result.h"

namespace millrace {

const char* to_string(Error error) noexcept {
  switch (error) {
    case Error::none: return "none";
    case Error::io: return "io";
    case Error::no_space: return "no_space";
    case Error::not_found: return "not_found";
    case Error::exists: return "exists";
    case Error::corrupt: return "corrupt";
    case Error::truncated: return "truncated";
    case Error::out_of_range: return "out_of_range";
    case Error::too_large: return "too_large";
    case Error::unsupported: return "unsupported";
    case Error::would_block: return "would_block";
    case Error::closed: return "closed";
    case Error::refused: return "refused";
    case Error::stale: return "stale";
  }
  return "?";
}

}  // namespace millrace
