#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace {

// Standard base64 (RFC 4648, with padding).
std::string base64(Bytes bytes);
// Error::corrupt unless `text` is whole groups of four characters of the alphabet, the last one padded.
Result<std::vector<std::byte>> parse_base64(std::string_view text);

}  // namespace millrace
