#include "client/cluster.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

Cluster::Cluster(ports::Shard& shard, ClusterOptions options)
    : shard_(shard),
      options_(std::move(options)),
      metadata_backoff_(options_.retry_backoff, options_.retry_backoff_max) {
  if (!options_.bootstrap.empty()) {
    rotation_ = static_cast<std::uint32_t>(shard_.random.next() % options_.bootstrap.size());
  }
}

Cluster::~Cluster() { close(); }

void Cluster::close() {
  if (std::exchange(closed_, true)) return;
  const Error why = local_error(Cause::closed, "the client was closed; make another one");
  shard_.timers.cancel(any_timer_);
  shard_.timers.cancel(metadata_timer_);
  fail_waiting(why);
  for (auto& [key, peer] : peers_) peer->disconnect(why);
}

// Whatever waits for some broker, or for what one would say of the cluster.
void Cluster::fail_waiting(const Error& why) {
  for (Waiting& waiting : std::exchange(any_, {})) {
    shard_.timers.cancel(waiting.timer);
    fail_later(std::move(waiting.request), why);
  }
  for (Waiter& waiter : std::exchange(waiters_, {})) {
    shard_.timers.cancel(waiter.timer);
    shard_.timers.at(shard_.clock.now(), [done = std::move(waiter.done), why]() mutable { done(why); });
  }
}

std::int16_t Cluster::finalized_feature(std::string_view name) const {
  const BrokerVersions* best = nullptr;
  for (const auto& [key, peer] : peers_) {
    if (!peer->ready()) continue;
    if (best == nullptr || peer->versions().features_epoch() > best->features_epoch()) best = &peer->versions();
  }
  return best == nullptr ? std::int16_t{0} : best->finalized_feature(name);
}

void Cluster::submit(Target target, Request request) {
  request.deadline = shard_.clock.now() + request.timeout;
  ++requests_;
  if (closed_) return fail_later(std::move(request), local_error(Cause::closed, "the client was closed"));
  switch (target.kind) {
    case Target::Kind::any: return submit_any(std::move(request));
    case Target::Kind::node: return submit_to(target.id, target.lane, std::move(request));
    case Target::Kind::controller:
      if (options_.bootstrap_controllers || view_->controller == kNoNode) return submit_any(std::move(request));
      return submit_to(view_->controller, target.lane, std::move(request));
    case Target::Kind::coordinator: break;
  }
  auto held = std::make_shared<Request>(std::move(request));
  find_coordinator(target.type, target.key, held->timeout,
                   [this, watch = alive_.watch(), held, lane = target.lane](Result<NodeId> found) {
                     if (!found) return held->done(found.error());
                     if (watch.expired()) return held->done(local_error(Cause::closed, "the client was closed"));
                     submit_to(*found, lane, std::move(*held));
                   });
}

void Cluster::submit_to(NodeId id, Lane lane, Request request) {
  Peer* to = closed_ ? nullptr : peer(id, lane);
  if (to != nullptr) return to->submit(std::move(request));
  Error why = closed_ ? local_error(Cause::closed, "the client was closed")
                      : local_error(Cause::network, "broker " + std::to_string(id.value()) +
                                                        " is not part of the cluster now; see whether it is down");
  fail_later(std::move(request), std::move(why));
  refresh();
}

void Cluster::fail_later(Request request, Error error) {
  shard_.timers.at(shard_.clock.now(), [done = std::move(request.done), error = std::move(error)]() mutable {
    done(std::move(error));
  });
}

void Cluster::throttled(NodeId from, Lane lane, Millis time) {
  const auto at = peers_.find({from, lane});
  if (at != peers_.end()) at->second->throttle(shard_.clock.now() + std::min(time, kMaxThrottle));
}

// Bootstrap servers are numbered from -2 downwards.
Peer* Cluster::peer(NodeId id, Lane lane) {
  const auto known = peers_.find({id, lane});
  if (known != peers_.end()) return known->second.get();
  ports::Endpoint endpoint;
  if (id.value() <= -2) {
    const auto number = static_cast<std::size_t>(-2 - id.value());
    if (number >= options_.bootstrap.size()) return nullptr;  // a program's own idea of a broker
    endpoint = options_.bootstrap[number];
  } else {
    const auto broker = view_->brokers.find(id);
    if (broker == view_->brokers.end()) return nullptr;
    endpoint = broker->second.endpoint;
  }
  auto& made = peers_[{id, lane}];
  made = std::make_unique<Peer>(shard_, options_, static_cast<PeerOwner&>(*this), id, std::move(endpoint));
  return made.get();
}

const Peer* Cluster::find_peer(NodeId id, Lane lane) const {
  const auto at = peers_.find({id, lane});
  return at == peers_.end() ? nullptr : at->second.get();
}

std::optional<VersionRange> Cluster::offered(NodeId node, protocol::ApiKey api) const {
  for (const Lane lane : {Lane::data, Lane::coordination}) {
    const Peer* found = find_peer(node, lane);
    if (found != nullptr && found->ready()) return found->versions().offered(api);
  }
  return std::nullopt;
}

std::size_t Cluster::load(NodeId node) const {
  const Peer* found = find_peer(node, Lane::data);
  return found == nullptr ? 0 : found->load();
}

bool Cluster::ready(NodeId node) const {
  const Peer* found = find_peer(node, Lane::data);
  return found != nullptr && found->ready();
}

}  // namespace millrace::client
