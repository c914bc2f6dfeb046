#include "client/peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "protocol/gen/api_versions.h"

namespace millrace::client {
namespace {

using protocol::ApiKey;
using protocol::Errc;

constexpr std::int16_t kNewestApiVersions = protocol::ApiVersionsRequest::kMaxVersion;

}  // namespace

std::string_view connect_failure(::millrace::Error error) {
  switch (error) {
    case ::millrace::Error::not_found: return "the host name does not resolve; check it and the DNS";
    case ::millrace::Error::refused: return "the connection was refused; check host and port, and that it runs";
    case ::millrace::Error::corrupt: return "it does not speak Kafka's protocol; check the port and security.protocol";
    case ::millrace::Error::none:
    case ::millrace::Error::closed: return "it closed the connection";
    default: return to_string(error);
  }
}

Peer::Peer(ports::Shard& shard, const ClusterOptions& options, PeerOwner& owner, NodeId id, ports::Endpoint endpoint)
    : shard_(shard),
      options_(options),
      owner_(owner),
      id_(id),
      endpoint_(std::move(endpoint)),
      backoff_(options.reconnect_backoff, options.reconnect_backoff_max),
      patience_(options.connect_timeout, options.connect_timeout_max) {}

// What is under way at a broker that has left the cluster is to be asked of another one. When the client was closed,
// disconnect() has said so before.
Peer::~Peer() {
  fail_all(local_error(Cause::network, name() + " is no longer in the cluster"));
  if (channel_ != nullptr) channel_->abandon(true);
  for (const auto timer : {setup_timer_, retry_timer_, idle_timer_, throttle_timer_}) shard_.timers.cancel(timer);
}

std::string Peer::name() const {
  const std::string at = fmt::format("{}:{}", endpoint_.host, endpoint_.port);
  return id_.value() < 0 ? at : fmt::format("broker {} ({})", id_.value(), at);
}

bool Peer::occupied() const {
  const auto held_back = [](const Pending& pending) {
    switch (pending.request.api) {
      case ApiKey::fetch:
      case ApiKey::share_fetch:
      case ApiKey::join_group:
      case ApiKey::sync_group: return true;
      default: return false;
    }
  };
  return std::ranges::any_of(in_flight_, held_back) || std::ranges::any_of(waiting_, held_back);
}

bool Peer::in_backoff() const { return state_ == State::idle && shard_.clock.now() < retry_at_; }

void Peer::submit(Request request) {
  if (waiting_.size() >= kWaitingPerPeer) {
    const std::string why = fmt::format("{} calls wait for {} already; wait for some of them", kWaitingPerPeer, name());
    return finish_later(std::move(request), local_error(Cause::queue_full, why));
  }
  // Whoever has not heard yet that its calls before have failed gets the same answer: this one must not overtake them.
  if (failing_) return finish_later(std::move(request), *failing_);
  Pending pending{std::move(request), {}, 0, 0, ++next_serial_};
  pending.timer = shard_.timers.at(pending.request.deadline, [this, serial = pending.serial] { expired(serial); });
  waiting_.push_back(std::move(pending));
  if (state_ == State::ready) {
    flush();
  } else {
    connect();
  }
}

void Peer::connect() {
  if (state_ != State::idle) return;
  if (!in_backoff()) return begin_connecting();
  if (retry_timer_ != ports::TimerId()) return;
  retry_timer_ = shard_.timers.at(retry_at_, [this] {
    retry_timer_ = {};
    if (state_ == State::idle && !waiting_.empty()) begin_connecting();
  });
}

void Peer::throttle(MonoTime until) {
  throttled_until_ = std::max(throttled_until_, until);
  shard_.timers.cancel(throttle_timer_);
  throttle_timer_ = shard_.timers.at(throttled_until_, [this] {
    throttle_timer_ = {};
    flush();
  });
}

void Peer::move_to(ports::Endpoint endpoint) {
  if (endpoint == endpoint_) return;
  endpoint_ = std::move(endpoint);
  retry_at_ = MonoTime();
  if (state_ != State::idle) {
    disconnect(local_error(Cause::network, fmt::format("{} has moved to another address", name())));
  }
}

void Peer::begin_connecting() {
  state_ = State::connecting;
  const std::uint64_t attempt = ++attempt_;
  await_setup();
  const auto done = [this, watch = alive_.watch(), attempt](
                        ::millrace::Result<ports::Connection*> got) -> std::unique_ptr<ports::ConnectionHandler> {
    return watch.expired() ? nullptr : connected(attempt, std::move(got));
  };
  shard_.network.connect(endpoint_, done);
}

// The connection must be of use soon.
void Peer::await_setup() {
  const Millis patience = patience_.next(shard_.random);
  setup_timer_ = shard_.timers.at(shard_.clock.now() + patience, [this, patience] {
    setup_timer_ = {};
    down(local_error(Cause::network,
                     fmt::format("{} did not answer within {} ms; check host, port, firewall and security.protocol",
                                 name(), patience.value())));
  });
}

std::unique_ptr<ports::ConnectionHandler> Peer::connected(std::uint64_t attempt,
                                                          ::millrace::Result<ports::Connection*> got) {
  if (attempt != attempt_ || state_ != State::connecting) return nullptr;
  if (!got) {
    down(local_error(Cause::network, fmt::format("{}: {}", name(), connect_failure(got.error()))));
    return nullptr;
  }
  return options_.tls ? open_secured(**got) : open_channel(**got);
}

std::unique_ptr<ports::ConnectionHandler> Peer::open_channel(ports::Connection& connection) {
  auto channel = std::make_unique<Channel>(connection, static_cast<ChannelUser&>(*this));
  channel_ = channel.get();
  state_ = State::handshake;
  ask_versions(kNewestApiVersions);
  return channel;
}

void Peer::ask_versions(std::int16_t version) {
  asked_version_ = version;
  protocol::ApiVersionsRequest request;
  request.client_software_name = "millrace-cpp";
  request.client_software_version = "0.1.0";
  const protocol::RequestHeader header{static_cast<std::int16_t>(ApiKey::api_versions), version, ++next_correlation_,
                                       options_.client_id};
  channel_->send(protocol::request_frame(header, request));
}

// A broker that does not know the version answers in version 0, with the versions that it knows (KIP-511) or, before
// Kafka 2.4, without any.
void Peer::take_versions(Buffer frame) {
  const Bytes body = frame.bytes().subspan(std::min<std::size_t>(frame.size(), 4));
  const bool refused = body.size() >= 2 && protocol::from_wire(load_be<std::int16_t>(body.data())) ==
                                               Errc::unsupported_version;
  protocol::ApiVersionsResponse response;
  protocol::Reader in(body);
  const bool whole = decode(in, refused ? 0 : asked_version_, response).ok();
  if (refused && asked_version_ > 0) {
    std::int16_t next = 0;
    for (const auto& api : response.api_keys) {
      if (whole && api.api_key == static_cast<std::int16_t>(ApiKey::api_versions)) next = api.max_version;
    }
    return ask_versions(std::clamp<std::int16_t>(next, 0, static_cast<std::int16_t>(asked_version_ - 1)));
  }
  if (!whole) return down(local_error(Cause::network, fmt::format("{}: {}", name(),
                                                                  connect_failure(::millrace::Error::corrupt))));
  if (response.error_code != 0) {
    return down(broker_error(protocol::from_wire(response.error_code), "asking " + name() + " for its versions"));
  }
  versions_ = BrokerVersions(response);
  if (options_.sasl) return begin_authentication();
  become_ready();
}

void Peer::become_ready() {
  state_ = State::ready;
  authentication_.reset();
  renewing_ = false;
  shard_.timers.cancel(std::exchange(setup_timer_, {}));
  backoff_.reset();
  patience_.reset();
  retry_at_ = MonoTime();
  last_use_ = shard_.clock.now();
  watch_idleness();
  owner_.on_peer_ready(*this);
  flush();
}

void Peer::flush() {
  // Answers come in order, so a session is renewed between requests.
  if (state_ == State::ready && renew_at_ && shard_.clock.now() >= *renew_at_) {
    if (!in_flight_.empty() || waiting_.empty()) return;
    renewing_ = true;
    await_setup();
    return begin_authentication();
  }
  while (state_ == State::ready && !waiting_.empty() && shard_.clock.now() >= throttled_until_) {
    Pending next = std::move(waiting_.front());
    waiting_.pop_front();
    write(std::move(next));
  }
}

void Peer::write(Pending pending) {
  last_use_ = shard_.clock.now();
  const auto version = versions_.choose(pending.request.api, pending.request.versions, name());
  if (!version) {
    shard_.timers.cancel(pending.timer);
    return finish_later(std::move(pending.request), version.error());
  }
  pending.version = *version;
  pending.correlation = ++next_correlation_;
  const protocol::RequestHeader header{static_cast<std::int16_t>(pending.request.api), *version, pending.correlation,
                                       options_.client_id};
  auto frame = pending.request.encode(header);
  if (!frame) {
    shard_.timers.cancel(pending.timer);
    return finish_later(std::move(pending.request), frame.error());
  }
  channel_->send(*std::move(frame));
  if (pending.request.answered) {
    in_flight_.push_back(std::move(pending));
    return;
  }
  shard_.timers.cancel(pending.timer);
  auto done = std::make_shared<Callback<void(Result<Reply>)>>(std::move(pending.request.done));
  shard_.timers.at(shard_.clock.now(), [done, version = pending.version, id = id_] {
    (*done)(Reply{Buffer(), 0, version, id});
  });
}

void Peer::on_answer(Buffer frame) {
  last_use_ = shard_.clock.now();
  const bool header = frame.size() >= 4;
  const std::int32_t correlation = header ? load_be<std::int32_t>(frame.data()) : 0;
  if (state_ == State::handshake && correlation == next_correlation_) return take_versions(std::move(frame));
  if (authentication_ && correlation == next_correlation_) return take_authentication(std::move(frame));
  if (state_ != State::ready || in_flight_.empty() || in_flight_.front().correlation != correlation) {
    return down(local_error(Cause::network, fmt::format("{}: it answered what was not asked", name())));
  }
  Pending pending = std::move(in_flight_.front());
  in_flight_.pop_front();
  protocol::Reader in(frame.bytes());
  protocol::ResponseHeader head;
  const auto api = static_cast<std::int16_t>(pending.request.api);
  if (!protocol::decode_response_header(in, api, pending.version, head).ok()) {
    return finish(std::move(pending), local_error(Cause::corrupt, name() + ": the answer cannot be read"));
  }
  const std::size_t body_at = frame.size() - in.remaining();
  const std::int16_t version = pending.version;
  const bool renews = renew_at_ && in_flight_.empty();
  const auto watch = alive_.watch();
  finish(std::move(pending), Reply{std::move(frame), body_at, version, id_});
  if (renews && !watch.expired()) flush();
}

void Peer::expired(std::uint64_t serial) {
  const auto same = [serial](const Pending& pending) { return pending.serial == serial; };
  if (const auto at = std::ranges::find_if(waiting_, same); at != waiting_.end()) {
    Pending pending = std::move(*at);
    waiting_.erase(at);
    const std::string why = last_failure_.empty() ? std::string() : "; last failure: " + last_failure_;
    const Millis timeout = pending.request.timeout;
    return finish(std::move(pending), local_error(Cause::timed_out, fmt::format("no connection to {} within {} ms{}",
                                                                                name(), timeout.value(), why)));
  }
  const auto at = std::ranges::find_if(in_flight_, same);
  if (at == in_flight_.end()) return;
  Pending pending = std::move(*at);
  in_flight_.erase(at);
  const Error why = local_error(
      Cause::timed_out, fmt::format("{} did not answer {} within {} ms; see whether it is overloaded", name(),
                                    protocol::api_info(pending.request.api).name, pending.request.timeout.value()));
  const auto watch = alive_.watch();
  finish(std::move(pending), why);
  if (!watch.expired()) down(local_error(Cause::network, why.message));
}

void Peer::on_channel_gone(::millrace::Error why) {
  channel_ = nullptr;
  down(channel_failure(why));
}

void Peer::disconnect(const Error& why) {
  shard_.timers.cancel(std::exchange(setup_timer_, {}));
  shard_.timers.cancel(std::exchange(idle_timer_, {}));
  // What has no answer will be asked again elsewhere: the system must not go on sending it for minutes, or it comes to
  // the broker after what was said later.
  if (channel_ != nullptr) std::exchange(channel_, nullptr)->abandon(in_flight_.empty());
  state_ = State::idle;
  authentication_.reset();
  renewing_ = false;
  renew_at_.reset();
  ++attempt_;
  fail_all(why);
}

void Peer::down(const Error& why) {
  last_failure_ = why.message;
  retry_at_ = shard_.clock.now() + backoff_.next(shard_.random);
  const auto watch = alive_.watch();
  disconnect(why);
  if (!watch.expired()) owner_.on_peer_down(*this, why);
}

void Peer::fail_all(const Error& why) {
  auto failed = std::exchange(in_flight_, {});
  for (Pending& pending : std::exchange(waiting_, {})) failed.push_back(std::move(pending));
  for (Pending& pending : failed) {
    shard_.timers.cancel(pending.timer);
    finish_later(std::move(pending.request), why);
  }
  if (failed.empty()) return;
  failing_ = why;
  shard_.timers.at(shard_.clock.now(), alive_.guard([this] { failing_.reset(); }));
}

void Peer::finish(Pending pending, Result<Reply> result) {
  shard_.timers.cancel(pending.timer);
  pending.request.done(std::move(result));
}

void Peer::finish_later(Request request, Error error) {
  auto done = std::make_shared<Callback<void(Result<Reply>)>>(std::move(request.done));
  shard_.timers.at(shard_.clock.now(), [done, error = std::move(error)] { (*done)(error); });
}

void Peer::watch_idleness() {
  shard_.timers.cancel(idle_timer_);
  if (options_.max_idle < Millis(0)) return;
  idle_timer_ = shard_.timers.at(last_use_ + options_.max_idle, [this] {
    idle_timer_ = {};
    if (load() == 0 && shard_.clock.now() >= last_use_ + options_.max_idle) {
      return disconnect(local_error(Cause::network, "the connection was not used"));
    }
    if (load() > 0) last_use_ = shard_.clock.now();
    watch_idleness();
  });
}

}  // namespace millrace::client
