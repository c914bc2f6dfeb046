#pragma once

#include <memory>
#include <string>

#include "runtime/backend.h"

namespace millrace::runtime {

// Readiness by polls that stay in the ring, file calls as operations of the ring; what a turn begins is submitted by
// the same system call that waits. Error::unsupported where the system refuses; `why` then names the reason.
Result<std::unique_ptr<Backend>> make_uring_backend(std::string& why);

}  // namespace millrace::runtime
