#pragma once

#include <memory>

#include "runtime/backend.h"

namespace millrace::runtime {

// Readiness by epoll, file calls by the threads of `pool`, whose results come through `inbox`. Both must outlive it.
Result<std::unique_ptr<Backend>> make_epoll_backend(Pool& pool, Inbox& inbox);

}  // namespace millrace::runtime
