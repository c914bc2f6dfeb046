#include "config/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/value.h"

namespace millrace::config {
namespace {

bool host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-%._:").find(c) != std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return result;
}

std::string HostPort::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", host, brackets ? "]" : "", port);
}

std::string Listener::text() const { return fmt::format("{}://{}", name, address.text()); }

std::optional<HostPort> parse_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!port || !std::ranges::all_of(host, host_character)) return std::nullopt;
  if (!brackets && std::ranges::count(host, ':') == 1) return std::nullopt;
  return HostPort{std::string(host), *port};
}

std::optional<HostPort> parse_host_port(std::string_view text) {
  auto address = parse_listen_address(text);
  if (address && address->host.empty()) return std::nullopt;
  return address;
}

std::optional<Voter> parse_voter(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto id = parse_whole(text.substr(0, at));
  auto address = parse_host_port(text.substr(at + 1));
  if (!id || *id < 0 || *id > INT32_MAX || !address) return std::nullopt;
  return Voter{static_cast<std::int32_t>(*id), std::move(*address)};
}

std::optional<Listener> parse_listener(std::string_view text) {
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos || mark == 0) return std::nullopt;
  auto address = parse_listen_address(text.substr(mark + 3));
  if (!address) return std::nullopt;
  return Listener{upper_case(text.substr(0, mark)), std::move(*address)};
}

std::optional<SecurityProtocol> parse_security_protocol(std::string_view name) {
  const std::string wanted = upper_case(name);
  for (const auto protocol : {SecurityProtocol::plaintext, SecurityProtocol::ssl, SecurityProtocol::sasl_plaintext,
                              SecurityProtocol::sasl_ssl}) {
    if (to_string(protocol) == wanted) return protocol;
  }
  return std::nullopt;
}

std::string_view to_string(SecurityProtocol protocol) {
  switch (protocol) {
    case SecurityProtocol::plaintext: return "PLAINTEXT";
    case SecurityProtocol::ssl: return "SSL";
    case SecurityProtocol::sasl_plaintext: return "SASL_PLAINTEXT";
    case SecurityProtocol::sasl_ssl: return "SASL_SSL";
  }
  return "";
}

HostKind host_kind(std::string_view host) {
  if (host.find(':') != std::string_view::npos) return HostKind::ipv6;
  int parts = 0;
  while (!host.empty()) {
    const std::size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || error != std::errc() || end != part.data() + part.size()) return HostKind::name;
    ++parts;
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  return parts == 4 ? HostKind::ipv4 : HostKind::name;
}

bool is_wildcard(std::string_view host) { return host.empty() || host == "0.0.0.0" || host == "::"; }

}  // namespace millrace::config
