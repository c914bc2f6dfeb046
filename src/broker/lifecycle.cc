#include "broker/lifecycle.h"

#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/limits.h"
#include "config/features.h"
#include "protocol/errc.h"
#include "protocol/gen/broker_heartbeat.h"
#include "protocol/gen/broker_registration.h"

namespace millrace::broker {
namespace {

using protocol::BrokerHeartbeatRequest;
using protocol::BrokerRegistrationRequest;
using protocol::Errc;

constexpr std::int16_t kRegistrationVersion = BrokerRegistrationRequest::kMaxVersion;
constexpr std::int16_t kHeartbeatVersion = BrokerHeartbeatRequest::kMaxVersion;

// How often to ask while the controller has not let us serve yet.
constexpr Millis kEagerBeat{10};

Millis heartbeat_interval(const config::ServerConfig& config) {
  const auto value = config.value("broker.heartbeat.interval.ms");
  const auto* millis = std::get_if<std::int64_t>(&value);
  return Millis(millis != nullptr ? *millis : 2000);
}

}  // namespace

Lifecycle::~Lifecycle() {
  broker_.shard().timers.cancel(timer_);
  broker_.shard().timers.cancel(patience_);
}

void Lifecycle::begin(NodeFacts facts, Task ready) {
  facts_ = std::move(facts);
  ready_ = std::move(ready);
  incarnation_ = broker_.shard().random.uuid();
  register_now();
}

void Lifecycle::register_now() {
  const config::ServerConfig& config = broker_.config();
  BrokerRegistrationRequest request;
  request.broker_id = broker_.self().value();
  request.cluster_id = facts_.cluster_id;
  request.incarnation_id = incarnation_;
  for (const auto& [name, endpoint] : facts_.advertised) {
    BrokerRegistrationRequest::Listener listener;
    listener.name = name;
    listener.host = endpoint.host;
    listener.port = endpoint.port;
    const auto protocol = config.network.protocols.find(name);
    if (protocol != config.network.protocols.end()) {
      listener.security_protocol = static_cast<std::int16_t>(protocol->second);
    }
    request.listeners.push_back(listener);
  }
  const auto features = config::supported_features();
  for (const auto& feature : features) {
    BrokerRegistrationRequest::Feature entry;
    entry.name = feature.name;
    entry.min_supported_version = feature.min;
    entry.max_supported_version = feature.max;
    request.features.push_back(entry);
  }
  request.rack = std::nullopt;
  if (config.rack) request.rack = *config.rack;
  for (const std::string& dir : facts_.log_dirs) {
    if (const auto at = facts_.directory_ids.find(dir); at != facts_.directory_ids.end()) {
      request.log_dirs.push_back(at->second);
    }
  }
  request.previous_broker_epoch = facts_.previous_broker_epoch;
  broker_.to_controller(static_cast<std::int16_t>(protocol::ApiKey::broker_registration), kRegistrationVersion,
                        protocol::encode_body(request, kRegistrationVersion),
                        [this](Buffer answer) { registered(answer); });
}

void Lifecycle::registered(const Buffer& answer) {
  protocol::BrokerRegistrationResponse response;
  if (!protocol::decode_body(answer.bytes(), kRegistrationVersion, response).ok()) {
    return after(kRegistrationRetry, &Lifecycle::register_now);
  }
  const auto error = protocol::from_wire(response.error_code);
  if (error == Errc::none) {
    epoch_ = response.broker_epoch;
    return beat();
  }
  if (error == Errc::inconsistent_cluster_id || error == Errc::invalid_registration ||
      error == Errc::unsupported_version) {
    return broker_.shard().process.fail(fmt::format("the controller refuses the registration of node {}: {}",
                                                    broker_.self().value(), protocol::name(error)));
  }
  if (std::exchange(last_refusal_, response.error_code) != response.error_code) {
    broker_.shard().log.warning(
        fmt::format("the controller does not take the registration yet: {}; trying again", protocol::name(error)));
  }
  after(kRegistrationRetry, &Lifecycle::register_now);
}

void Lifecycle::beat() {
  if (waiting_for_answer_) return;
  waiting_for_answer_ = true;
  BrokerHeartbeatRequest request;
  request.broker_id = broker_.self().value();
  request.broker_epoch = epoch_;
  // The offset of the last record that is applied here.
  request.current_metadata_offset = broker_.image() != nullptr ? broker_.image()->offset().value() - 1 : -1;
  request.want_fence = false;
  request.want_shut_down = leaving_;
  request.offline_log_dirs = offline_dirs_;
  broker_.to_controller(static_cast<std::int16_t>(protocol::ApiKey::broker_heartbeat), kHeartbeatVersion,
                        protocol::encode_body(request, kHeartbeatVersion), [this](Buffer answer) { beaten(answer); });
}

void Lifecycle::beaten(const Buffer& answer) {
  waiting_for_answer_ = false;
  if (leaving_ && !done_) return;
  protocol::BrokerHeartbeatResponse response;
  const bool read = protocol::decode_body(answer.bytes(), kHeartbeatVersion, response).ok();
  if (read && response.error_code == 0) {
    fenced_ = response.is_fenced;
    if (!fenced_ && ready_) std::exchange(ready_, Task())();
    if (leaving_ && response.should_shut_down) return left();
  } else if (read && protocol::from_wire(response.error_code) == Errc::stale_broker_epoch && !leaving_) {
    return after(kRegistrationRetry, &Lifecycle::register_now);
  }
  const bool eager = fenced_ || leaving_;
  after(eager ? kEagerBeat : heartbeat_interval(broker_.config()), &Lifecycle::beat);
}

void Lifecycle::report_dirs(std::vector<Uuid> offline) {
  offline_dirs_ = std::move(offline);
  if (epoch_ < 0 || waiting_for_answer_ || done_) return;
  broker_.shard().timers.cancel(timer_);
  beat();
}

void Lifecycle::after(Millis delay, void (Lifecycle::*next)()) {
  auto& shard = broker_.shard();
  shard.timers.cancel(timer_);
  timer_ = shard.timers.at(shard.clock.now() + delay, [this, next] {
    timer_ = ports::TimerId(0);
    (this->*next)();
  });
}

void Lifecycle::leave(Task done) {
  auto& shard = broker_.shard();
  done_ = std::move(done);
  leaving_ = true;
  if (epoch_ < 0) return left();
  patience_ = shard.timers.at(shard.clock.now() + kControlledShutdownPatience, [this] {
    broker_.shard().log.warning("the controller did not confirm the shutdown in time; going on without");
    left();
  });
  beat();
}

void Lifecycle::left() {
  broker_.shard().timers.cancel(timer_);
  broker_.shard().timers.cancel(patience_);
  if (done_) std::exchange(done_, Task())();
}

}  // namespace millrace::broker
