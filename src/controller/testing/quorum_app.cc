#include "controller/testing/quorum_app.h"

#include <vector>

#include "config/features.h"
#include "metadata/bootstrap.h"
#include "ports/jobs.h"
#include "protocol/gen/broker_registration.h"

namespace millrace::controller {
namespace {

constexpr std::int16_t kRegistrationVersion = 4;
constexpr std::int16_t kHeartbeatVersion = 2;

Status format(ports::BlockingFiles& files, const QuorumAppPlan& plan, WallTime now) {
  const std::string log = std::string("data/") + std::string(metadata::kMetadataLogName);
  const std::string bootstrap = std::string("data/") + std::string(metadata::kBootstrapName);
  if (ports::read_whole(files, bootstrap, 1 << 20).ok()) return {};
  for (const std::string& directory : {std::string("data"), log}) {
    const Status made = files.create_directory(directory);
    if (!made.ok() && made.error() != Error::exists) return made;
  }
  const raft::VoterSet voters(
      {{{plan.node, plan.directory}, {{"CONTROLLER", "localhost", plan.controller_port}}, 0, 1}});
  if (!plan.fixed_voters) {
    const Buffer first = metadata::voters_checkpoint(voters, now);
    MR_TRY(ports::write_atomically(files, log + "/" + std::string(metadata::kFirstCheckpointName), first.bytes()));
  }
  MR_TRY(files.sync_directory("data"));
  MR_TRY(files.sync_directory("."));
  std::vector<std::pair<std::string, std::int16_t>> features;
  for (const auto& feature : config::bootstrap_features(config::kMaxMetadataVersion)) {
    features.emplace_back(feature.name, feature.level);
  }
  return ports::write_atomically(files, bootstrap, metadata::bootstrap_checkpoint(features, {}, now).bytes());
}

}  // namespace

config::ServerConfig plain_server_config() {
  auto loaded = config::load_server_config({});
  MR_ASSERT(loaded.ok());
  return std::move(loaded->config);
}

void QuorumApp::start() {
  ports::run_job<Status>(
      shard_.jobs,
      [plan = plan_, now = shard_.clock.wall()](ports::BlockingFiles& files) { return format(files, plan, now); },
      [this](Status formatted) {
        if (!formatted.ok()) {
          plan_.failure = "not formatted";
          return;
        }
        format_and_open();
      });
}

void QuorumApp::format_and_open() {
  QuorumOptions options;
  options.node_id = plan_.node;
  options.directory_id = plan_.directory;
  options.cluster_id = plan_.cluster;
  options.metadata_dir = "data";
  options.controller = {"localhost", plan_.controller_port};
  options.server = &plan_.server;
  quorum_ = Quorum::create(shard_, options);
  quorum_->subscribe([this](metadata::ImagePtr image) { image_ = std::move(image); });
  quorum_->start([this](Result<void, std::string> started) {
    if (!started.ok()) {
      plan_.failure = started.error();
      return;
    }
    register_broker();
  });
}

void QuorumApp::register_broker() {
  incarnation_ = shard_.random.uuid();
  protocol::BrokerRegistrationRequest request;
  request.broker_id = plan_.node.value();
  request.cluster_id = plan_.cluster;
  request.incarnation_id = incarnation_;
  request.listeners = {{"PLAINTEXT", "localhost", 9092, 0}};
  const auto features = config::supported_features();
  for (const auto& feature : features) request.features.push_back({feature.name, feature.min, feature.max});
  request.rack = std::nullopt;
  request.log_dirs = {plan_.directory};
  request.previous_broker_epoch = plan_.clean_epoch;
  ask<protocol::BrokerRegistrationResponse>(request, kRegistrationVersion,
                                            [this](const protocol::BrokerRegistrationResponse& response) {
                                              if (response.error_code != 0) {
                                                plan_.failure = "registration refused";
                                                return;
                                              }
                                              epoch_ = response.broker_epoch;
                                              plan_.clean_epoch = -1;
                                              heartbeat(false);
                                            });
}

void QuorumApp::heartbeat(bool stopping) {
  protocol::BrokerHeartbeatRequest request;
  request.broker_id = plan_.node.value();
  request.broker_epoch = epoch_;
  request.current_metadata_offset = image_->offset().value() - 1;
  request.want_shut_down = stopping;
  request.cordoned_log_dirs.emplace();
  ask<protocol::BrokerHeartbeatResponse>(
      request, kHeartbeatVersion,
      [this, stopping](const protocol::BrokerHeartbeatResponse& response) { on_heartbeat(response, stopping); });
}

void QuorumApp::on_heartbeat(const protocol::BrokerHeartbeatResponse& response, bool stopping) {
  MR_ASSERT(response.error_code == 0);
  if (stopping && response.should_shut_down) {
    plan_.clean_epoch = epoch_;
    return quorum_->stop(std::move(stopped_));
  }
  if (stopping || response.is_fenced) return heartbeat(stopping);
  ready_ = true;
  if (plan_.ready) plan_.ready(*this);
}

void QuorumApp::stop(Task stopped) {
  stopped_ = std::move(stopped);
  if (ready_) return heartbeat(true);
  if (quorum_) return quorum_->stop(std::move(stopped_));
  shard_.timers.at_turn_end(std::move(stopped_));
}

}  // namespace millrace::controller
