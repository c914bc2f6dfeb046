#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "runtime/address.h"

namespace millrace::runtime {

// What the system says of a socket of this process at `port`: of the one that listens there, or of one end of a
// connection that was accepted there. Nothing if there is none.
template <typename T>
std::optional<T> option_at(std::uint16_t port, bool listening, int level, int option) {
  for (int fd = 3; fd < 1024; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    Address local;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || (listens != 0) != listening) continue;
    if (::getsockname(fd, local.raw(), &local.size) != 0 || endpoint_of(local).port != port) continue;
    T found{};
    size = sizeof found;
    if (::getsockopt(fd, level, option, &found, &size) == 0) return found;
  }
  return std::nullopt;
}

}  // namespace millrace::runtime
