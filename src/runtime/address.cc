#include "runtime/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace millrace::runtime {
namespace {

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return Error::not_found;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    Address address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    addresses.push_back(address);
  }
  if (addresses.empty()) return Error::not_found;
  return addresses;
}

}  // namespace

Result<std::vector<Address>> addresses_to_listen(const ports::Endpoint& endpoint) {
  if (endpoint.host.empty() || endpoint.host == "0.0.0.0") {
    Address six;
    auto& in6 = reinterpret_cast<sockaddr_in6&>(six.storage);
    in6.sin6_family = AF_INET6;
    in6.sin6_addr = in6addr_any;
    in6.sin6_port = htons(endpoint.port);
    six.size = sizeof in6;
    Address four;
    auto& in4 = reinterpret_cast<sockaddr_in&>(four.storage);
    in4.sin_family = AF_INET;
    in4.sin_addr.s_addr = htonl(INADDR_ANY);
    in4.sin_port = htons(endpoint.port);
    four.size = sizeof in4;
    return std::vector<Address>{six, four};
  }
  auto addresses = resolve(endpoint.host, endpoint.port, AI_PASSIVE);
  if (addresses) {
    std::stable_partition(addresses->begin(), addresses->end(),
                          [](const Address& address) { return address.family() == AF_INET; });
  }
  return addresses;
}

Result<std::vector<Address>> addresses_to_connect(const ports::Endpoint& endpoint) {
  return resolve(endpoint.host, endpoint.port, is_numeric(endpoint.host) ? AI_NUMERICHOST : AI_ADDRCONFIG);
}

bool is_numeric(const std::string& host) {
  std::array<std::byte, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

ports::Endpoint endpoint_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.family() == AF_INET) {
    const auto& in4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &in4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(in4.sin_port)};
  }
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
  if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
    ::inet_ntop(AF_INET, in6.sin6_addr.s6_addr + 12, text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, &in6.sin6_addr, text.data(), text.size());
  }
  return {text.data(), ntohs(in6.sin6_port)};
}

}  // namespace millrace::runtime
