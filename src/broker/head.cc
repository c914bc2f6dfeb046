#include "broker/head.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/handlers/handlers.h"
#include "config/durability.h"
#include "ports/jobs.h"

namespace millrace::broker {
namespace {

constexpr std::string_view kMetadataDirectory = "__cluster_metadata-0";

ports::Endpoint as_endpoint(const config::HostPort& address) { return {address.host, address.port}; }

// What others are told: where the settings leave the host or the port open, what was bound.
ports::Endpoint told(const config::HostPort& advertised, const ports::Endpoint& bound) {
  ports::Endpoint endpoint = as_endpoint(advertised);
  if (endpoint.host.empty()) endpoint.host = config::is_wildcard(bound.host) ? "localhost" : bound.host;
  if (endpoint.port == 0) endpoint.port = bound.port;
  return endpoint;
}

}  // namespace

Head::Head(Broker& broker)
    : broker_(broker),
      listener_changes_(broker),
      lifecycle_(broker),
      storage_(broker, {[this] { lifecycle_.report_dirs(storage_.offline()); }, [this] { return lifecycle_.epoch(); }}),
      monitor_(broker) {
  broker.set_storage(&storage_);
}
Head::~Head() = default;

void Head::fail(const std::string& why) { broker_.shard().process.fail(why); }

void Head::start() {
  const config::ServerConfig& config = broker_.config();
  if (!config.is_broker || !config.is_controller) {
    return fail("process.roles: a node is broker and controller in one: process.roles=broker,controller");
  }
  std::vector<Uuid> fresh;
  for (std::size_t i = 0; i <= config.log_dirs.size(); ++i) fresh.push_back(broker_.shard().random.uuid());
  ports::run_job<Result<OpenedDirs, std::string>>(
      broker_.shard().jobs,
      [&config, fresh = std::move(fresh)](ports::BlockingFiles& files) { return open_log_dirs(files, config, fresh); },
      [this](Result<OpenedDirs, std::string> opened) { dirs_opened(std::move(opened)); });
}

void Head::dirs_opened(Result<OpenedDirs, std::string> opened) {
  if (!opened) return fail(opened.error());
  dirs_taken_ = true;
  dirs_ = std::move(*opened);
  if (stopping_) return;
  facts_.cluster_id = dirs_.cluster_id;
  facts_.directory_ids = dirs_.ids;
  facts_.previous_broker_epoch = dirs_.previous_broker_epoch;
  facts_.log_dirs = broker_.config().log_dirs;
  facts_.partition_dirs = dirs_.partitions;
  facts_.moving = dirs_.moving;
  facts_.hints = dirs_.hints.logs;
  facts_.marks = dirs_.hints.marks;
  for (const auto& [dir, why] : dirs_.offline) {
    broker_.shard().log.error(fmt::format("{}; this log directory is offline, the others serve", why));
  }
  for (const std::string& problem : dirs_.hints.problems) broker_.shard().log.warning(problem);
  listen();
}

void Head::listen() {
  const auto& network = broker_.config().network;
  for (const auto& listener : network.broker_listeners) {
    listeners_.push_back({listener.name, as_endpoint(listener.address), false});
  }
  for (const auto& listener : network.controller_listeners) {
    listeners_.push_back({listener.name, as_endpoint(listener.address), true});
  }
  const auto ports = broker_.doors().listen(listeners_);
  if (!ports) return fail(ports.error());
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i].bound.port = (*ports)[i];
  const auto bound = [&](std::string_view name) {
    return std::find_if(listeners_.begin(), listeners_.end(), [&](const Listener& l) { return l.name == name; });
  };
  for (const auto& advertised : network.advertised) {
    if (const auto at = bound(advertised.name); at != listeners_.end()) {
      facts_.advertised[advertised.name] = told(advertised.address, at->bound);
    }
  }
  for (const auto& listener : listeners_) {
    if (!listener.controller || !controller_.host.empty()) continue;
    controller_ = told({}, listener.bound);
    for (const auto& advertised : network.advertised_controllers) {
      if (advertised.name == listener.name) controller_ = told(advertised.address, listener.bound);
    }
  }
  if (listen_for_operators()) listen_elsewhere();
}

bool Head::listen_for_operators() {
  const auto& wanted = broker_.config().http_listener;
  if (!wanted) return true;
  const auto port = monitor_.listen(as_endpoint(*wanted));
  if (port) return true;
  fail(port.error());
  return false;
}

// The other shards listen on the ports that this one got.
void Head::listen_elsewhere() {
  shards_left_ = broker_.shard().count;
  const auto one_less = [this](std::string problem) {
    if (!problem.empty()) fail(problem);
    if (stopping_) return;  // the count is that of the shards to be shut now
    if (--shards_left_ == 0) start_quorum();
  };
  for (std::uint32_t i = 1; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<std::string>(
        ShardId(i),
        [listeners = listeners_](Broker& there, Callback<void(std::string)> answer) {
          const auto ports = there.doors().listen(listeners);
          answer(ports ? std::string() : ports.error());
        },
        one_less);
  }
  one_less({});
}

void Head::start_quorum() {
  const config::ServerConfig& config = broker_.config();
  controller::QuorumOptions options;
  options.server = &config;
  options.node_id = config.node_id;
  options.directory_id = dirs_.metadata_id;
  options.cluster_id = dirs_.cluster_id;
  options.metadata_dir = config.metadata_log_dir;
  options.controller = controller_;
  options.controller_listener = config.network.controller_listener_names.front();
  quorum_ = controller::Quorum::create(broker_.shard(), std::move(options));
  broker_.set_quorum(quorum_.get());
  for (const Handler& handler : all_handlers()) {
    if (quorum_->serves(handler.key())) facts_.controller_serves.set(static_cast<std::size_t>(handler.key()));
  }
  broker_.introduce(facts_);
  for (std::uint32_t i = 1; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<bool>(
        ShardId(i),
        [facts = facts_](Broker& there, Callback<void(bool)> answer) mutable {
          there.introduce(std::move(facts));
          answer(true);
        },
        [](bool) {});
  }
  quorum_->start([this](Result<void, std::string> started) {
    if (!started) return fail(started.error());
    if (stopping_) return;
    quorum_->subscribe([this](metadata::ImagePtr image) { publish(image); });
    registered_ = true;
    storage_.begin(dirs_.ids);
    lifecycle_.begin(facts_, [this] { serve(); });
  });
}

void Head::publish(const metadata::ImagePtr& image) {
  if (shut_) return;
  broker_.observe(image);
  for (std::uint32_t i = 1; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<bool>(
        ShardId(i),
        [image](Broker& there, Callback<void(bool)> answer) {
          there.observe(image);
          answer(true);
        },
        [](bool) {});
  }
  listener_changes_.follow();
}

void Head::take_settings(const config::Settings& settings) {
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<bool>(
        ShardId(i),
        [settings](Broker& there, Callback<void(bool)> answer) {
          there.take_settings(settings);
          answer(true);
        },
        [](bool) {});
  }
  listener_changes_.follow();
}

void Head::serve() {
  if (stopping_) return;
  listener_changes_.begin(listeners_);
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<bool>(
        ShardId(i),
        [](Broker& there, Callback<void(bool)> answer) {
          there.open_doors();
          answer(true);
        },
        [](bool) {});
  }
  report_strays();
  monitor_.set_state(Monitor::State::running);
  broker_.shard().process.ready();
  const config::ServerLayers layers{nullptr, nullptr, &broker_.config().explicit_settings};
  std::string where;
  for (const Listener& listener : listeners_) {
    where += fmt::format(" {}://{}:{}", listener.name, listener.bound.host, listener.bound.port);
  }
  broker_.shard().log.info(fmt::format("node {} of cluster {} serves on{}, data in {}; {}", broker_.self().value(),
                                       facts_.cluster_id, where, fmt::join(facts_.log_dirs, ","),
                                       config::default_durability(layers).text()));
}

// Directories that the metadata does not know are left alone: they may be somebody's data.
void Head::report_strays() const {
  const auto& image = *broker_.image();
  for (const auto& [name, dir] : dirs_.partitions) {
    const auto dash = name.rfind('-');
    const auto* topic = image.topic(std::string_view(name).substr(0, dash));
    if (topic != nullptr || name == kMetadataDirectory) continue;
    broker_.shard().log.warning(
        fmt::format("{}/{}: no topic of the cluster belongs to this directory; it is left alone", dir, name));
  }
}

void Head::stop(Task stopped) {
  stopped_ = std::move(stopped);
  stopping_ = true;
  listener_changes_.end();
  monitor_.set_state(Monitor::State::stopping);
  if (registered_) {
    lifecycle_.leave([this] { shut_all(); });
  } else {
    shut_all();
  }
}

void Head::shut_all() {
  shut_ = true;
  monitor_.close();
  shards_left_ = broker_.shard().count;
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<std::vector<Checkpoint>>(
        ShardId(i),
        [](Broker& there, Callback<void(std::vector<Checkpoint>)> answer) { there.shut(std::move(answer)); },
        [this](std::vector<Checkpoint> checkpoints) { shut(std::move(checkpoints)); });
  }
}

void Head::shut(std::vector<Checkpoint> checkpoints) {
  for (Checkpoint& checkpoint : checkpoints) checkpoints_.push_back(std::move(checkpoint));
  if (--shards_left_ > 0) return;
  if (lifecycle_.epoch() < 0) return stop_quorum();
  storage_.finish(std::move(checkpoints_), lifecycle_.epoch(), [this](Status status) {
    if (!status) {
      broker_.shard().log.warning(fmt::format(
          "the clean stop could not be noted ({}); the next start checks the logs", to_string(status.error())));
    }
    stop_quorum();
  });
}

void Head::stop_quorum() {
  if (quorum_ == nullptr) return release();
  quorum_->stop([this] { release(); });
}

void Head::release() {
  ports::run_job<bool>(
      broker_.shard().jobs,
      [dirs = dirs_.locked](ports::BlockingFiles& files) {
        release_log_dirs(files, dirs);
        return true;
      },
      [this](bool) { std::exchange(stopped_, Task())(); });
}

}  // namespace millrace::broker
