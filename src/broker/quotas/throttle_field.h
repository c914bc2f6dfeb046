#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace millrace::broker::quotas {

// Where the encoded body of a response says how long its client is to pause: the position of its throttle_time_ms.
// Nothing if this API has no such field in this version, or if it is not within `body` (of which only the beginning
// needs to be there).
std::optional<std::size_t> throttle_field(std::int16_t api_key, std::int16_t version, Bytes body);

}  // namespace millrace::broker::quotas
