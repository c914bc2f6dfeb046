#pragma once

#include <cstdint>

namespace millrace::broker::quotas {

// Whether a request counts towards no quota, so that it is never slowed down: what keeps the quorum and the replicas
// together, by a controller's listener (KIP-124).
bool is_exempt(std::int16_t api_key, bool controller_listener);

}  // namespace millrace::broker::quotas
