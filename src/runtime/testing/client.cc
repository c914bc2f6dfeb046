#include "runtime/testing/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/assert.h"

namespace millrace::runtime {

Client::Client(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  MR_ASSERT(fd_ >= 0);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  MR_ASSERT(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

bool Client::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

std::string Client::read(std::size_t size) {
  std::string text(size, '\0');
  std::size_t total = 0;
  while (total < size) {
    const ssize_t got = ::recv(fd_, text.data() + total, size - total, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
  }
  text.resize(total);
  return text;
}

void Client::finish_writing() { ::shutdown(fd_, SHUT_WR); }

void Client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

std::size_t Client::write_until_full() {
  const std::vector<char> bytes(65'536, 'x');
  std::size_t total = 0;
  for (;;) {
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put > 0) {
      total += static_cast<std::size_t>(put);
      continue;
    }
    // The two ends have settled when nothing more is taken for a moment; only the upper bound is asserted by tests.
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, 50) <= 0) return total;
  }
}

}  // namespace millrace::runtime
