#include "runtime/connecting.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "runtime/errors.h"

namespace millrace::runtime {

ShardNetwork::Connecting::Connecting(ShardNetwork& network, ports::Endpoint endpoint, ConnectDone done)
    : network_(network), endpoint_(std::move(endpoint)), done_(std::move(done)) {}

ShardNetwork::Connecting::~Connecting() {
  if (fd_ < 0) return;
  network_.backend().unwatch(*this);
  ::close(fd_);
}

void ShardNetwork::Connecting::start() {
  Engine& engine = network_.engine_;
  if (is_numeric(endpoint_.host)) {
    engine.later([this, &engine] {
      if (!engine.leaving) resolved(addresses_to_connect(endpoint_));
    });
    return;
  }
  engine.job_pool.post([this, &engine, endpoint = endpoint_] {
    auto addresses = std::make_unique<Result<std::vector<Address>>>(addresses_to_connect(endpoint));
    engine.inbox.post([this, &engine, addresses = std::move(addresses)] {
      if (!engine.leaving) resolved(std::move(*addresses));
    });
  });
}

void ShardNetwork::Connecting::resolved(Result<std::vector<Address>> addresses) {
  if (addresses) addresses_ = *std::move(addresses);
  try_next(addresses ? Error::refused : addresses.error());
}

void ShardNetwork::Connecting::try_next(Error last) {
  while (next_ < addresses_.size()) {
    const Address& address = addresses_[next_++];
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      last = socket_error(errno);
      continue;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd, address.raw(), address.size) == 0 || errno == EINPROGRESS) {
      fd_ = fd;
      network_.backend().watch(fd_, kWritable, *this);
      return;
    }
    last = socket_error(errno);
    ::close(fd);
  }
  error_ = last;
  network_.finish_connecting(*this);
}

void ShardNetwork::Connecting::on_ready(Readiness) {
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &code, &size);
  Address peer;
  if (code == 0 && ::getpeername(fd_, peer.raw(), &peer.size) != 0) {
    if (errno == ENOTCONN) return;  // still on its way
    code = errno;
  }
  if (code == 0) return network_.finish_connecting(*this);
  network_.backend().unwatch(*this);
  ::close(std::exchange(fd_, -1));
  try_next(socket_error(code));
}

}  // namespace millrace::runtime
