#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::config {

// A place to connect to or to listen on.
struct HostPort {
  std::string host;        // a name or an address, without the brackets of IPv6; empty: every interface
  std::uint16_t port = 0;  // 0: any free one (listening only)

  // "127.0.0.1:9092", "[::1]:9092", ":9092".
  std::string text() const;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

// A member of a fixed quorum.
struct Voter {
  std::int32_t id = 0;  // at least 0
  HostPort address;
  friend bool operator==(const Voter&, const Voter&) = default;
};

// One entry of listeners or advertised.listeners.
struct Listener {
  std::string name;  // upper case
  HostPort address;

  // "PLAINTEXT://127.0.0.1:9092".
  std::string text() const;
  friend bool operator==(const Listener&, const Listener&) = default;
};

// The protocols a listener can be mapped to (Kafka's names).
enum class SecurityProtocol : std::uint8_t { plaintext, ssl, sasl_plaintext, sasl_ssl };

// ASCII letters in upper case, as listener names are compared.
std::string upper_case(std::string_view text);
// `host:port` with a host (IPv6 in brackets) and a port from 0 to 65535; nothing when it is not that.
std::optional<HostPort> parse_host_port(std::string_view text);
// `host:port` or `:port`, as given to --listen.
std::optional<HostPort> parse_listen_address(std::string_view text);
// `id@host:port`; nothing when it is not that.
std::optional<Voter> parse_voter(std::string_view text);
// `NAME://host:port`, the host may be empty; the name in any case. Nothing when it is not that.
std::optional<Listener> parse_listener(std::string_view text);
// The protocol with this name, in any case.
std::optional<SecurityProtocol> parse_security_protocol(std::string_view name);
std::string_view to_string(SecurityProtocol protocol);

// Whether the host is a literal IPv4 address, a literal IPv6 address, or neither.
enum class HostKind : std::uint8_t { ipv4, ipv6, name };
HostKind host_kind(std::string_view host);
// Whether the host means every interface: "", 0.0.0.0 or ::.
bool is_wildcard(std::string_view host);

}  // namespace millrace::config
