#include "cli/connect.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/address.h"
#include "runtime/blocking_files.h"

namespace millrace::cli {

Outcome<std::string> read_text(const std::string& path) {
  constexpr std::size_t kFileMax = 64 * 1024 * 1024;
  runtime::SystemFiles files;
  auto text = ports::read_whole(files, path, kFileMax);
  if (!text) {
    const char* why = text.error() == Error::not_found ? "there is no such file" : to_string(text.error());
    return Failure{kUsage, fmt::format("{}: {}", path, why)};
  }
  return std::string(std::move(text).value());
}

Outcome<void> read_settings(const std::string& path, client::Config& config) {
  const auto text = read_text(path);
  if (!text) return text.error();
  if (const auto read = config.set_properties(*text); !read) {
    return Failure{kUsage, fmt::format("{}: {}", path, read.error().message)};
  }
  return {};
}

void add_known(const GivenSettings& given, config::Scope scope, std::string_view origin, Console& console,
               client::Config& config) {
  for (const auto& [name, value] : given) {
    if (config::find_definition(scope, name) != nullptr) {
      config.set_text(name, value);
    } else if (std::ranges::find(config::all_definitions(), name, &config::Definition::name) ==
               config::all_definitions().end()) {
      console.complain("{}: {} is not a setting of this client; it has no effect\n", origin, name);
    }
  }
}

Outcome<void> check_resolvable(const std::string& servers) {
  for (const std::string& server : split_list(servers)) {
    const std::size_t colon = server.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : whole_number(server.substr(colon + 1));
    if (!port) return {};  // no host and port: the client says what is wrong
    std::string host = server.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (runtime::addresses_to_connect({host, static_cast<std::uint16_t>(*port)})) return {};
  }
  return Failure{kNoConnection, fmt::format("No resolvable bootstrap urls given in bootstrap.servers: {}", servers)};
}

Outcome<client::Admin> connect(const Options& options, Console& console, std::string_view timeout_ms,
                               const char* older) {
  client::AdminConfig config;
  config.client_id("adminclient-1");  // as Kafka's scripts call themselves: quotas of client ids are theirs
  for (const char* name : {"command-config", older}) {
    const auto path = options.value(name);
    if (!path) continue;
    client::AdminConfig file;
    MR_TRY(read_settings(*path, file));
    GivenSettings given = file.values();
    if (options.has("bootstrap-server") || options.has("bootstrap-controller")) {
      for (const std::string server : {"bootstrap.servers", "bootstrap.controllers"}) given.erase(server);
    }
    add_known(given, config::Scope::admin, *path, console, config);
  }
  if (const auto servers = options.value("bootstrap-server")) config.bootstrap_servers(*servers);
  if (const auto servers = options.value("bootstrap-controller")) config.bootstrap_controllers(*servers);
  for (const char* name : {"bootstrap-server", "bootstrap-controller"}) {
    if (const auto servers = options.value(name)) MR_TRY(check_resolvable(*servers));
  }
  if (!timeout_ms.empty()) config.set("default.api.timeout.ms", std::string(timeout_ms));
  auto admin = client::Admin::create(config);
  if (!admin) return failure_of(admin.error());
  return std::move(admin).value();
}

}  // namespace millrace::cli
