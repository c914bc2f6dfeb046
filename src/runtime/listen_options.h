#pragma once

#include "runtime/limits.h"

namespace millrace::runtime {

// Of every listening socket, and of the connections that it accepts.
struct ListenOptions {
  int backlog = kListenBacklog;  // connections that may wait to be accepted; the system cuts it to its own bound
  // Bytes of the sockets' buffers. 0: the system's, which grow as a connection needs; others stay what they are.
  int send_buffer = 0;
  int receive_buffer = 0;
};

}  // namespace millrace::runtime
