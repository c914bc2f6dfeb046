#include "config/listeners.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace millrace::config {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }
const Listener* find_listener(const std::vector<Listener>& listeners, std::string_view name) {
  const auto at = std::ranges::find(listeners, name, &Listener::name);
  return at == listeners.end() ? nullptr : &*at;
}
std::string joined(const std::vector<Listener>& listeners) {
  std::string text;
  for (const auto& listener : listeners) text += (text.empty() ? "" : ", ") + listener.name;
  return text;
}

class Resolver {
 public:
  Resolver(const Reader& reader, bool is_broker, bool is_controller, NetworkConfig& network)
      : reader_(reader), is_broker_(is_broker), is_controller_(is_controller), network_(network) {}

  Check resolve() {
    MR_TRY(controller_names());
    MR_TRY(parse("listeners", network_.listeners));
    MR_TRY(ports_differ());
    MR_TRY(protocols());
    MR_TRY(every_listener_has_a_protocol("listeners", network_.listeners));
    MR_TRY(fits_roles());
    MR_TRY(advertised());
    return inter_broker();
  }

 private:
  Check controller_names() {
    if (!reader_.is_set("controller.listener.names")) {
      return reader_.refuse("controller.listener.names",
                            "it must name the listeners that controllers use, such as CONTROLLER");
    }
    for (const auto& name : reader_.list("controller.listener.names")) {
      network_.controller_listener_names.push_back(upper_case(name));
    }
    return {};
  }
  bool for_controllers(const Listener& listener) const {
    return contains(network_.controller_listener_names, listener.name);
  }

  Check parse(std::string_view setting, std::vector<Listener>& to) {
    for (const auto& entry : reader_.list(setting)) {
      auto listener = parse_listener(entry);
      if (!listener) {
        return reader_.refuse(setting, fmt::format("{} must be NAME://host:port, with a port from 0 to 65535", entry));
      }
      if (find_listener(to, listener->name) != nullptr) {
        return reader_.refuse(setting, fmt::format("the name {} may occur only once", listener->name));
      }
      to.push_back(std::move(*listener));
    }
    return {};
  }

  // Two listeners may share a port only when one has an IPv4 and the other an IPv6 address.
  Check ports_differ() {
    for (std::size_t i = 0; i < network_.listeners.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const HostPort& a = network_.listeners[i].address;
        const HostPort& b = network_.listeners[j].address;
        if (a.port != b.port || a.port == 0) continue;
        const HostKind kinds[] = {host_kind(a.host), host_kind(b.host)};
        const bool both = (kinds[0] == HostKind::ipv4 && kinds[1] == HostKind::ipv6) ||
                          (kinds[0] == HostKind::ipv6 && kinds[1] == HostKind::ipv4);
        if (both) continue;
        return reader_.refuse(
            "listeners", fmt::format("{} and {} have the same port; only an IPv4 and an IPv6 address may share one",
                                     network_.listeners[j].name, network_.listeners[i].name));
      }
    }
    return {};
  }

  Check protocols() {
    constexpr std::string_view kMap = "listener.security.protocol.map";
    for (const auto& entry : split_list(reader_.text(kMap))) {
      const std::size_t colon = entry.rfind(':');
      const auto protocol =
          colon == std::string::npos ? std::nullopt : parse_security_protocol(trimmed(entry.substr(colon + 1)));
      if (!protocol) {
        return reader_.refuse(kMap, fmt::format("{} must be NAME:PROTOCOL, with one of PLAINTEXT, SSL, SASL_PLAINTEXT, "
                                                "SASL_SSL", entry));
      }
      network_.protocols[upper_case(trimmed(entry.substr(0, colon)))] = *protocol;
    }
    if (!reader_.is_set(kMap)) default_controllers_to_plaintext();
    for (const auto& name : network_.controller_listener_names) {
      if (!network_.protocols.contains(name)) {
        return reader_.refuse("controller.listener.names",
                              fmt::format("{} must be in {} as well", name, kMap));
      }
    }
    return {};
  }

  // Without a map of its own, a node that uses no TLS or SASL anywhere speaks plain text between controllers.
  void default_controllers_to_plaintext() {
    const auto secured = [](std::string_view name) {
      const auto protocol = parse_security_protocol(name);
      return protocol && *protocol != SecurityProtocol::plaintext;
    };
    if (std::ranges::any_of(network_.controller_listener_names, secured) ||
        std::ranges::any_of(network_.listeners, secured, &Listener::name)) {
      return;
    }
    for (const auto& name : network_.controller_listener_names) {
      network_.protocols.emplace(name, SecurityProtocol::plaintext);
    }
  }

  Check every_listener_has_a_protocol(std::string_view setting, const std::vector<Listener>& listeners) {
    for (const auto& listener : listeners) {
      if (!network_.protocols.contains(listener.name)) {
        return reader_.refuse(setting,
                              fmt::format("{} must be in listener.security.protocol.map as well", listener.name));
      }
    }
    return {};
  }

  Check fits_roles() {
    for (const auto& listener : network_.listeners) {
      (for_controllers(listener) ? network_.controller_listeners : network_.broker_listeners).push_back(listener);
    }
    if (is_controller_ && network_.controller_listeners.empty()) {
      return reader_.refuse("listeners",
                            fmt::format("a controller needs a listener named in controller.listener.names ({})",
                                        fmt::join(network_.controller_listener_names, ", ")));
    }
    if (!is_controller_ && !network_.controller_listeners.empty()) {
      return reader_.refuse("listeners",
                            fmt::format("{} is in controller.listener.names, and this node is no controller",
                                        network_.controller_listeners.front().name));
    }
    if (!is_broker_ && !network_.broker_listeners.empty()) {
      return reader_.refuse("listeners",
                            fmt::format("{} is not in controller.listener.names, and this node is no broker",
                                        network_.broker_listeners.front().name));
    }
    return {};
  }

  Check advertised() {
    constexpr std::string_view kSetting = "advertised.listeners";
    const bool is_set = reader_.is_set(kSetting);
    std::vector<Listener> all = network_.listeners;
    if (is_set) {
      all.clear();
      MR_TRY(parse(kSetting, all));
      MR_TRY(every_listener_has_a_protocol(kSetting, all));
    }
    for (auto& listener : all) {
      if (is_set && find_listener(network_.listeners, listener.name) == nullptr) {
        return reader_.refuse(kSetting, fmt::format("{} is not a name in listeners", listener.name));
      }
      if (is_broker_ && (listener.address.host == "0.0.0.0" || listener.address.host == "::") &&
          !for_controllers(listener)) {
        return reader_.refuse(
            is_set ? kSetting : "listeners",
            fmt::format("nobody can connect to {}; set advertised.listeners to an address that others reach",
                        listener.address.host));
      }
      (for_controllers(listener) ? network_.advertised_controllers : network_.advertised)
          .push_back(std::move(listener));
    }
    for (const auto& listener : network_.controller_listeners) {
      if (find_listener(network_.advertised_controllers, listener.name) == nullptr) {
        network_.advertised_controllers.push_back(listener);
      }
    }
    if (is_broker_ && network_.advertised.empty()) {
      return reader_.refuse(is_set ? kSetting : "listeners",
                            "a broker needs a listener that is not in controller.listener.names");
    }
    return {};
  }

  Check inter_broker() {
    constexpr std::string_view kName = "inter.broker.listener.name";
    constexpr std::string_view kProtocol = "security.inter.broker.protocol";
    const bool by_name = reader_.is_set(kName);
    if (by_name && reader_.is_set(kProtocol)) {
      return reader_.refuse(kName, fmt::format("only one of it and {} may be set", kProtocol));
    }
    network_.inter_broker_listener = upper_case(reader_.text(by_name ? kName : kProtocol));
    if (by_name && !network_.protocols.contains(network_.inter_broker_listener)) {
      return reader_.refuse(kName, "it must be in listener.security.protocol.map as well");
    }
    if (is_broker_ && find_listener(network_.advertised, network_.inter_broker_listener) == nullptr) {
      return reader_.refuse(by_name ? kName : kProtocol,
                            fmt::format("brokers must be able to reach each other on an advertised listener; "
                                        "inter.broker.listener.name must be one of {}", joined(network_.advertised)));
    }
    return {};
  }

  const Reader& reader_;
  const bool is_broker_;
  const bool is_controller_;
  NetworkConfig& network_;
};

}  // namespace

Check read_listeners(const Reader& reader, bool is_broker, bool is_controller, NetworkConfig& network) {
  return Resolver(reader, is_broker, is_controller, network).resolve();
}

}  // namespace millrace::config
