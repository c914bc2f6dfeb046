#pragma once

#include "base/result.h"

namespace millrace::runtime {

// The error that a system call's errno stands for when it concerns a file or a name.
Error file_error(int code);
// The same for a socket.
Error socket_error(int code);

}  // namespace millrace::runtime
