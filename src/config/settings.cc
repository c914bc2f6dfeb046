#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/endpoint.h"
#include "config/properties.h"

namespace millrace::config {
namespace {

constexpr std::string_view kDefaultListen = "127.0.0.1:9092";
constexpr std::string_view kDefaultData = "./millrace-data";

bool has_known_prefix(std::string_view name) {
  return name.starts_with("listener.name.") || name.starts_with("config.providers.") ||
         name.starts_with("rlmm.config.") || name.starts_with("rsm.config.");
}

const Given* find(const Settings& settings, std::string_view name) {
  const auto at = settings.find(name);
  return at == settings.end() ? nullptr : &at->second;
}
std::string text_of(const Settings& settings, std::string_view name, std::string_view otherwise) {
  const Given* given = find(settings, name);
  return given == nullptr ? std::string(otherwise) : given->text;
}
bool has_role(const Settings& settings, std::string_view role) {
  const List roles = split_list(text_of(settings, "process.roles", ""));
  return std::ranges::find(roles, role) != roles.end();
}

class Merger {
 public:
  explicit Merger(const StartOptions& options) : options_(options) {}

  Result<MergedSettings, std::string> merge() {
    MR_TRY(read_file());
    read_environment();
    MR_TRY(read_sets());
    if (!options_.file) add_single_node_defaults();
    MR_TRY(apply_data());
    MR_TRY(apply_listen());
    if (!options_.file) add_bootstrap_servers();
    warn_unknown();
    return std::move(merged_);
  }

 private:
  using Step = Result<void, std::string>;

  Step read_file() {
    if (!options_.file) return {};
    auto parsed = parse_properties(options_.file->contents);
    if (!parsed.ok()) return fmt::format("{}:{}: {}", options_.file->path, parsed.error().line, parsed.error().reason);
    for (auto& property : parsed.value()) {
      std::string place = fmt::format("{}:{}", options_.file->path, property.line);
      const auto [at, fresh] = settings_.try_emplace(property.key);
      if (!fresh) {
        merged_.warnings.push_back(fmt::format("{}: {} is set again; the value here counts, not the one at {}", place,
                                               property.key, at->second.place));
      }
      at->second = {std::move(property.value), Origin::file, std::move(place)};
    }
    return {};
  }

  // Variables that name no setting are somebody else's.
  void read_environment() {
    for (const auto& entry : options_.environment) {
      const std::size_t equals = entry.find('=');
      if (equals == std::string::npos) continue;
      const std::string variable = entry.substr(0, equals);
      const std::string name = setting_of_variable(variable);
      const auto* definition = find_definition(Scope::broker, name);
      if ((definition == nullptr || definition->dynamic_only) && !has_known_prefix(name)) continue;
      settings_[name] = {entry.substr(equals + 1), Origin::environment, variable};
    }
  }

  // What --set gives, in the settings at once; `sets_` remembers the names, so that weaker options leave them alone.
  Step read_sets() {
    for (const auto& set : options_.sets) {
      const std::size_t equals = set.find('=');
      const std::string name(trimmed(std::string_view(set).substr(0, equals)));
      if (equals == std::string::npos || name.empty()) {
        return fmt::format("--set {} is not allowed: must be key=value", set);
      }
      settings_[name] = {set.substr(equals + 1), Origin::set_option, "--set"};
    }
    // The stronger origin's log.dir must not be hidden by a weaker one's log.dirs.
    if (set_by_option("log.dir") && !set_by_option("log.dirs")) settings_.erase("log.dirs");
    return {};
  }

  bool set_by_option(std::string_view name) const {
    const Given* given = find(settings_, name);
    return given != nullptr && given->origin == Origin::set_option;
  }
  // Adds a value that only fills a gap.
  void fill(std::string_view name, std::string_view value) {
    settings_.try_emplace(std::string(name), Given{std::string(value), Origin::no_file, "built-in default"});
  }
  void override_with(std::string_view name, std::string value, std::string_view option) {
    if (!set_by_option(name)) settings_[std::string(name)] = {std::move(value), Origin::option, std::string(option)};
  }

  void add_single_node_defaults() {
    fill("process.roles", "broker,controller");
    if (find(settings_, "broker.id") == nullptr) fill("node.id", "1");
    fill("controller.listener.names", "CONTROLLER");
    if (find(settings_, "log.dir") == nullptr) fill("log.dirs", kDefaultData);
    for (const auto* name : {"offsets.topic.replication.factor", "transaction.state.log.replication.factor",
                             "transaction.state.log.min.isr", "share.coordinator.state.topic.replication.factor",
                             "share.coordinator.state.topic.min.isr"}) {
      fill(name, "1");
    }
  }

  Step apply_data() {
    if (!options_.data) return {};
    const std::string_view directory = trimmed(*options_.data);
    if (directory.empty() || directory.find(',') != std::string_view::npos) {
      return fmt::format("--data {} is not allowed: must be one directory, without a comma in its name",
                         *options_.data);
    }
    if (set_by_option("log.dirs") || set_by_option("log.dir")) return {};
    override_with("log.dirs", std::string(directory), "--data");
    if (!set_by_option("metadata.log.dir")) settings_.erase("metadata.log.dir");
    return {};
  }

  Step apply_listen() {
    if (!options_.listen) {
      const bool gap = !options_.file && find(settings_, "listeners") == nullptr;
      return gap ? place_listeners(*parse_listen_address(kDefaultListen), Origin::no_file, "built-in default") : Step();
    }
    const auto address = parse_listen_address(trimmed(*options_.listen));
    if (!address) return fmt::format("--listen {} is not allowed: must be HOST:PORT", *options_.listen);
    if (has_role(settings_, "controller") && !has_role(settings_, "broker")) {
      return fmt::format(
          "--listen {} is not allowed: it sets the broker listener, and process.roles is controller alone",
          *options_.listen);
    }
    if (set_by_option("listeners")) return {};
    MR_TRY(place_listeners(*address, Origin::option, "--listen"));
    if (!is_wildcard(address->host)) advertise(*address);
    return {};
  }

  // The name of the listener that --listen is about, and its place in `listeners` (their size when it has none).
  std::pair<std::string, std::size_t> broker_listener(const std::vector<Listener>& listeners) const {
    const std::string wanted = text_of(settings_, "inter.broker.listener.name", "");
    const List controllers = controller_names();
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      const bool controller = std::ranges::find(controllers, listeners[i].name) != controllers.end();
      if (wanted.empty() ? !controller : upper_case(wanted) == listeners[i].name) return {listeners[i].name, i};
    }
    return {wanted.empty() ? "PLAINTEXT" : upper_case(wanted), listeners.size()};
  }
  List controller_names() const {
    List names = split_list(text_of(settings_, "controller.listener.names", ""));
    for (auto& name : names) name = upper_case(name);
    return names;
  }

  Step place_listeners(const HostPort& address, Origin origin, std::string_view place) {
    std::vector<Listener> listeners;
    for (const auto& entry : split_list(text_of(settings_, "listeners", ""))) {
      auto listener = parse_listener(entry);
      if (!listener) return {};  // the check of `listeners` says what is wrong with it
      listeners.push_back(std::move(*listener));
    }
    if (has_role(settings_, "broker")) {
      const auto [name, index] = broker_listener(listeners);
      if (index == listeners.size()) {
        listeners.insert(listeners.begin(), Listener{name, address});
      } else {
        listeners[index].address = address;
      }
    }
    MR_TRY(add_controller_listener(listeners, address));
    std::string text;
    for (const auto& listener : listeners) text += (text.empty() ? "" : ",") + listener.text();
    settings_["listeners"] = {std::move(text), origin, std::string(place)};
    return {};
  }

  Step add_controller_listener(std::vector<Listener>& listeners, const HostPort& address) {
    const List names = controller_names();
    const auto is_controller = [&](const Listener& listener) {
      return std::ranges::find(names, listener.name) != names.end();
    };
    if (!has_role(settings_, "controller") || names.empty() || std::ranges::any_of(listeners, is_controller)) return {};
    if (address.port == UINT16_MAX) {
      return fmt::format("--listen {} is not allowed: the controller listener takes the next port, and there is none",
                         address.text());
    }
    const auto port = static_cast<std::uint16_t>(address.port == 0 ? 0 : address.port + 1);
    listeners.push_back({names.front(), {"127.0.0.1", port}});
    return {};
  }

  // Clients must not be sent to the address that --listen has replaced.
  void advertise(const HostPort& address) {
    if (find(settings_, "advertised.listeners") == nullptr || set_by_option("advertised.listeners")) return;
    std::vector<Listener> advertised;
    for (const auto& entry : split_list(text_of(settings_, "advertised.listeners", ""))) {
      auto listener = parse_listener(entry);
      if (!listener) return;
      advertised.push_back(std::move(*listener));
    }
    const auto [name, index] = broker_listener(advertised);
    if (index == advertised.size()) return;
    advertised[index].address = address;
    std::string text;
    for (const auto& listener : advertised) text += (text.empty() ? "" : ",") + listener.text();
    override_with("advertised.listeners", std::move(text), "--listen");
  }

  // A single node without a file asks itself for the quorum.
  void add_bootstrap_servers() {
    const bool known = find(settings_, "controller.quorum.voters") != nullptr ||
                       find(settings_, "controller.quorum.bootstrap.servers") != nullptr;
    if (known || !has_role(settings_, "controller")) return;
    const List names = controller_names();
    for (const auto& entry : split_list(text_of(settings_, "listeners", ""))) {
      auto listener = parse_listener(entry);
      if (!listener || std::ranges::find(names, listener->name) == names.end()) continue;
      if (is_wildcard(listener->address.host)) listener->address.host = "127.0.0.1";
      fill("controller.quorum.bootstrap.servers", listener->address.text());
      return;
    }
  }

  void warn_unknown() {
    for (const auto& [name, given] : settings_) {
      const auto* definition = find_definition(Scope::broker, name);
      if ((definition != nullptr && !definition->dynamic_only) || has_known_prefix(name)) continue;
      merged_.warnings.push_back(
          fmt::format("{}: {} is not a setting of this server and has no effect", given.place, name));
    }
  }

  const StartOptions& options_;
  MergedSettings merged_;
  Settings& settings_ = merged_.settings;
};

}  // namespace

std::string setting_of_variable(std::string_view variable) {
  for (const std::string_view prefix : {"KAFKA_CFG_", "KAFKA_"}) {
    if (!variable.starts_with(prefix)) continue;
    variable.remove_prefix(prefix.size());
    std::string name;
    for (std::size_t i = 0; i < variable.size(); ++i) {
      if (variable[i] != '_') {
        name += variable[i] >= 'A' && variable[i] <= 'Z' ? static_cast<char>(variable[i] - 'A' + 'a') : variable[i];
        continue;
      }
      std::size_t run = 1;
      while (run < 3 && i + run < variable.size() && variable[i + run] == '_') ++run;
      name += run == 1 ? '.' : run == 2 ? '_' : '-';
      i += run - 1;
    }
    return name;
  }
  return {};
}

Result<MergedSettings, std::string> merge_settings(const StartOptions& options) { return Merger(options).merge(); }

}  // namespace millrace::config
