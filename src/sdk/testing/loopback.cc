#include "sdk/testing/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/assert.h"

namespace millrace::client::testing {
namespace {

constexpr std::size_t kLength = 4;  // before each frame

}  // namespace

Loopback::Loopback(FakeServer& server) : server_(server), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  MR_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) == 0);
  MR_ASSERT(::listen(listener_, 16) == 0);
  MR_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
  MR_ASSERT(::pipe(wake_) == 0);
  port_ = ntohs(at.sin_port);
}

void Loopback::start() {
  thread_ = std::thread([this] { serve(); });
}

void Loopback::stop() {
  if (listener_ < 0) return;
  ::close(wake_[1]);  // which the thread sees
  if (thread_.joinable()) thread_.join();
  for (const Guest& guest : guests_) ::close(guest.socket);
  guests_.clear();
  ::close(wake_[0]);
  ::close(listener_);
  listener_ = -1;
}

void Loopback::serve() {
  for (;;) {
    std::vector<pollfd> watched{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Guest& guest : guests_) watched.push_back({guest.socket, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) return;
    for (std::size_t i = guests_.size(); i > 0; --i) {
      Guest& guest = guests_[i - 1];
      if (watched[i + 1].revents == 0 || attend(guest)) continue;
      ::close(guest.socket);
      guests_.erase(guests_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
    if (watched[1].revents != 0) greet();
  }
}

void Loopback::greet() {
  const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket >= 0) guests_.push_back({socket, {}});
}

bool Loopback::attend(Guest& guest) {
  char chunk[4096];
  const ssize_t got = ::recv(guest.socket, chunk, sizeof chunk, 0);
  if (got <= 0) return false;
  guest.received.append(chunk, static_cast<std::size_t>(got));
  while (guest.received.size() >= kLength) {
    const Bytes all = as_bytes(guest.received);
    const auto size = static_cast<std::size_t>(load_be<std::int32_t>(all.data()));
    if (all.size() - kLength < size) break;
    FakeConnection connection({"client", 1}, &server_);
    server_.on_frame(connection, all.subspan(kLength, size));
    guest.received.erase(0, kLength + size);
    std::byte answer[4096];
    for (auto part = connection.read(answer); part.ok(); part = connection.read(answer)) {
      if (::send(guest.socket, answer, *part, MSG_NOSIGNAL) != static_cast<ssize_t>(*part)) return false;
    }
  }
  return true;
}

}  // namespace millrace::client::testing
