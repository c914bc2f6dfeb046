#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "ports/net.h"

namespace millrace::runtime {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// Where to listen for `endpoint`: for every interface both protocols at once where the system has IPv6, otherwise what
// the name stands for, IPv4 first. May wait for name servers. Error::not_found if the host does not resolve.
Result<std::vector<Address>> addresses_to_listen(const ports::Endpoint& endpoint);
// Where to connect, in the order of the system's preference.
Result<std::vector<Address>> addresses_to_connect(const ports::Endpoint& endpoint);
// Whether `host` is an address, which resolves without waiting.
bool is_numeric(const std::string& host);
// An IPv4 address that came through an IPv6 socket is shown as IPv4.
ports::Endpoint endpoint_of(const Address& address);

}  // namespace millrace::runtime
