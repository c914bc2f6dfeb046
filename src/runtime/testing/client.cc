#include "runtime/testing/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"

namespace millrace::runtime {

Client::Client(std::uint16_t port, int receive_buffer) : Client(unconnected(receive_buffer)) {
  MR_ASSERT(connect(port));
}

Client Client::unconnected(int receive_buffer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  MR_ASSERT(fd >= 0);
  if (receive_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  return Client(fd, nullptr);
}

bool Client::connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
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

bool Client::was_reset() {
  char byte = 0;
  return ::recv(fd_, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

void Client::finish_writing() { ::shutdown(fd_, SHUT_WR); }

void Client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

bool Client::bytes_under_way(int& bytes) const { return ::ioctl(fd_, SIOCOUTQ, &bytes) == 0; }

}  // namespace millrace::runtime
