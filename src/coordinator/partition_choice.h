#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace millrace::coordinator {

// The hash of a text as java.lang.String.hashCode() computes it: 31*h + unit over its UTF-16 units, modulo 2^32.
// Malformed UTF-8 counts as U+FFFD, one per byte that begins nothing.
std::int32_t java_string_hash(std::string_view utf8);

// Which partition of an internal topic with `count` partitions keeps the state of `key` (a group id, a transactional
// id, ...): |hash| modulo count, and 0 for the hash -2^31. Precondition: count > 0.
PartitionIndex partition_for(std::string_view key, std::int32_t count);

}  // namespace millrace::coordinator
