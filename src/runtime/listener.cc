#include "runtime/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/assert.h"
#include "runtime/address.h"
#include "runtime/errors.h"
#include "runtime/limits.h"

namespace millrace::runtime {
namespace {

// A listening socket at `address`, or why not.
Result<int> open_socket(const Address& address, const ListenOptions& options) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return socket_error(errno);
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6) {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    const bool every = IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, every ? &off : &on, sizeof on);
  }
  // Inherited by what is accepted.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.send_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options.send_buffer, sizeof(int));
  if (options.receive_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
  if (::bind(fd, address.raw(), address.size) == 0 && ::listen(fd, options.backlog) == 0) return fd;
  const int why = errno;
  ::close(fd);
  errno = why;
  return socket_error(why);
}

// The same, but waits a little for a port that is in use: the kernel closes what an io_uring holds some time after the
// process has ended, so a node that was killed and started again at once meets its own old socket.
Result<int> open_socket_patiently(const Address& address, const ListenOptions& options) {
  for (int tries = 0;; ++tries) {
    auto opened = open_socket(address, options);
    if (opened.ok() || errno != EADDRINUSE || tries == kListenTries) return opened;
    std::this_thread::sleep_for(kListenPause);
  }
}

std::uint16_t port_of(int fd) {
  Address address;
  ::getsockname(fd, address.raw(), &address.size);
  return endpoint_of(address).port;
}

}  // namespace

Listener::~Listener() { ::close(fd); }

bool Listener::join(ShardNetwork& network) {
  const std::lock_guard lock(mutex_);
  const bool anybody = std::any_of(members_.begin(), members_.end(), [](const Member& m) { return m.listening; });
  if (!members_.empty() && !anybody) return false;
  for (const Member& member : members_) {
    if (member.network == &network) return false;
  }
  members_.push_back({&network});
  return true;
}

bool Listener::leave(ShardNetwork& network) {
  const std::lock_guard lock(mutex_);
  bool anybody = false;
  for (Member& member : members_) {
    if (member.network == &network) member.listening = false;
    anybody = anybody || member.listening;
  }
  return !anybody;
}

ports::ListenLimits Listener::limits() {
  const std::lock_guard lock(mutex_);
  return limits_;
}

void Listener::set_limits(const ports::ListenLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

Listener::Admission Listener::admit(const std::string& host) {
  const std::lock_guard lock(mutex_);
  Member* chosen = nullptr;
  std::size_t chosen_index = 0;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::size_t index = (turn_ + i) % members_.size();
    Member& member = members_[index];
    if (member.listening && (chosen == nullptr || member.open < chosen->open)) {
      chosen = &member;
      chosen_index = index;
    }
  }
  if (chosen == nullptr) return {Refusal::nobody, nullptr};
  if (total_ >= limits_.max_connections) return {Refusal::all, nullptr};
  auto& from_there = by_address_[host];
  const auto own = limits_.max_from_address.find(host);
  const auto most = own != limits_.max_from_address.end() ? own->second : limits_.max_connections_per_address;
  if (from_there >= most) {
    if (from_there == 0) by_address_.erase(host);
    return {Refusal::address, nullptr};
  }
  ++from_there;
  ++total_;
  ++chosen->open;
  turn_ = chosen_index + 1;
  return {Refusal::none, chosen->network};
}

void Listener::release(ShardNetwork& network, const std::string& host) {
  const std::lock_guard lock(mutex_);
  --total_;
  const auto from_there = by_address_.find(host);
  MR_ASSERT(from_there != by_address_.end());
  if (--from_there->second == 0) by_address_.erase(from_there);
  for (Member& member : members_) {
    if (member.network == &network) --member.open;
  }
}

Result<ListenerTable::Joined> ListenerTable::join(const ports::Endpoint& endpoint, const ports::ListenLimits& limits,
                                                  ShardNetwork& network) {
  const std::lock_guard lock(mutex_);
  for (const auto& listener : listeners_) {
    if (listener->requested == endpoint && listener->join(network)) return Joined{listener, false};
    // Ours already, so waiting for it to become free is in vain.
    if (listener->port == endpoint.port && listener->requested.host == endpoint.host) return Error::refused;
  }
  auto addresses = addresses_to_listen(endpoint);
  if (!addresses) return addresses.error();
  Error error = Error::not_found;
  for (const Address& address : *addresses) {
    const auto fd = open_socket_patiently(address, options_);
    if (!fd) {
      error = fd.error();
      continue;
    }
    auto listener = std::make_shared<Listener>(endpoint, limits, *fd, port_of(*fd), network);
    MR_ASSERT(listener->join(network));
    listeners_.push_back(listener);
    return Joined{listener, true};
  }
  return error;
}

void ListenerTable::remove(const Listener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const auto& entry) { return entry.get() == &listener; });
}

}  // namespace millrace::runtime
