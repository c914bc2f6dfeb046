// `millrace server`: one node, from its settings to its end.
#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/millrace/commands.h"
#include "apps/millrace/read_config.h"
#include "apps/millrace/reload.h"
#include "broker/node.h"
#include "cli/storage.h"
#include "runtime/blocking_files.h"
#include "runtime/clock.h"
#include "runtime/logger.h"
#include "runtime/random.h"
#include "runtime/runtime.h"

namespace millrace::apps {
namespace {

struct ServerArgs {
  std::string config;
  std::vector<std::string> sets;
  std::string data;
  std::string listen;
};

Result<config::LoadedServerConfig, std::string> load(const ServerArgs& args) {
  config::StartOptions options;
  if (!args.config.empty()) MR_TRY(read_config_file(args.config, options));
  options.sets = args.sets;
  for (char** entry = environ; *entry != nullptr; ++entry) options.environment.emplace_back(*entry);
  if (!args.data.empty()) options.data = args.data;
  if (!args.listen.empty()) options.listen = args.listen;
  return config::load_server_config(options);
}

// The cluster id that container images are given in the environment; empty without.
std::string cluster_id_asked_for() {
  for (const char* variable : {"CLUSTER_ID", "KAFKA_KRAFT_CLUSTER_ID"}) {
    if (const char* id = std::getenv(variable); id != nullptr && *id != '\0') return id;
  }
  return {};
}

// Without a settings file, or when the environment says which cluster, directories with nothing in them are formatted;
// otherwise the start stops there as Kafka's does.
Result<void, std::string> prepare_directories(const config::ServerConfig& config, bool with_file) {
  runtime::SystemFiles files;
  auto found = cli::look_at_directories(files, config, cli::Unusable::offline);
  if (!found) return found.error();
  const auto verdict = config::judge_directories(*found, config.metadata_log_dir, config.node_id);
  if (!verdict) return verdict.error();
  if (verdict->kind == config::DirectoryVerdict::ready && verdict->to_add.empty()) return {};
  const std::string asked_for = cluster_id_asked_for();
  if (with_file && asked_for.empty()) {
    const bool none = verdict->kind == config::DirectoryVerdict::unformatted;
    return fmt::format("{}: there is no meta.properties; format the directory first: millrace storage format "
                       "--ignore-formatted -t {} -c FILE",
                       none ? config.log_dirs.front() : verdict->to_add.front(),
                       none ? "$(millrace storage random-uuid)" : verdict->cluster_id);
  }
  runtime::SystemRandom random;
  config::FormatRequest request;
  request.skip_formatted = true;
  request.cluster_id = verdict->cluster_id;
  if (verdict->kind == config::DirectoryVerdict::unformatted) {
    request.cluster_id = asked_for.empty() ? random.uuid().text() : asked_for;
    if (config.quorum.voters.empty()) request.quorum = config::FormatRequest::Quorum::standalone;
  }
  std::erase_if(*found, [](const config::DirectoryFound& one) { return !one.readable; });
  const auto plan = config::plan_format(config, request, *found, cli::fresh_directory_ids(random, config));
  if (!plan) return plan.error();
  return cli::write_format(files, *plan, runtime::TurnClock().wall());
}

Result<int, std::string> serve(const ServerArgs& args) {
  auto loaded = load(args);
  if (!loaded) return loaded.error();
  for (const std::string& line : loaded->warnings) fmt::print(stderr, "millrace: {}\n", line);
  MR_TRY(prepare_directories(loaded->config, !args.config.empty()));

  runtime::Options options;
  const auto logger = runtime::make_logger(
      options.least_severity, loaded->config.log_as_json ? runtime::LogFormat::json : runtime::LogFormat::text);
  options.logger = logger.get();
  options.shards = static_cast<std::uint32_t>(loaded->config.shards);
  switch (loaded->config.io_backend) {
    case config::IoBackend::any: options.backend = runtime::BackendKind::automatic; break;
    case config::IoBackend::io_uring: options.backend = runtime::BackendKind::io_uring; break;
    case config::IoBackend::epoll: options.backend = runtime::BackendKind::epoll; break;
  }
  const config::NetworkConfig& network = loaded->config.network;
  options.listening.backlog = network.backlog.value_or(options.listening.backlog);
  options.listening.send_buffer = network.send_buffer_bytes.value_or(0);
  options.listening.receive_buffer = network.receive_buffer_bytes.value_or(0);
  const auto node = broker::node_factory(std::make_shared<const config::ServerConfig>(loaded->config));
  options.on_hangup = [reload = std::make_shared<Reloader>([args] { return load(args); },
                                                           loaded->config.explicit_settings, node, *logger)] {
    return (*reload)();
  };
  return runtime::run(options, node);
}

constexpr auto kOptions = std::to_array<cli::OptionSpec>({
    {"config", "FILE", "Kafka's server.properties"},
    {"set", "KEY=VALUE", "A setting; beats everything else; may be given several times"},
    {"data", "DIRECTORY", "The log directory (./millrace-data)"},
    {"listen", "HOST:PORT", "Where clients connect (127.0.0.1:9092)"},
});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace server", "A single node in this directory"},
    {"millrace server --config server.properties", "As Kafka is started"},
});

cli::Outcome<int> run(cli::Call& call) {
  const auto& options = call.options();
  const auto code = serve({options.get("config"), options.all("set"), options.get("data"), options.get("listen")});
  if (!code) return cli::Failure{kFailed, code.error()};
  return *code;
}

}  // namespace

const cli::Command kServer{.name = "server",
                           .about = "Run a node: broker and controller",
                           .options = kOptions,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::apps
