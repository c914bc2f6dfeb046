#include "client/telemetry/reporter.h"

#include <algorithm>
#include <utility>

#include "client/errors.h"
#include "client/limits.h"

namespace millrace::client {

using protocol::Errc;
using protocol::GetTelemetrySubscriptionsRequest;
using protocol::GetTelemetrySubscriptionsResponse;
using protocol::PushTelemetryRequest;
using protocol::PushTelemetryResponse;

Reporter::Reporter(Cluster& cluster, Collect collect)
    : cluster_(cluster), collect_(std::move(collect)), since_(cluster.shard().clock.wall()) {
  first_view_ = cluster_.subscribe(alive_.guard([this](const ClusterViewPtr&) {
    if (timer_ == ports::TimerId() && first_view_) later(Millis(0), &Reporter::ask);
  }));
}

Reporter::~Reporter() {
  cluster_.shard().timers.cancel(timer_);
  for (const auto& [number, waiter] : waiters_) cluster_.shard().timers.cancel(waiter.timer);
}

void Reporter::instance_id(Millis timeout, Callback<void(Result<std::string>)> done) {
  auto& shard = cluster_.shard();
  if (nobody_ || ended_ || !instance_.is_zero()) {
    Result<std::string> known = instance_.text();
    if (instance_.is_zero()) {
      known = nobody_ ? *nobody_ : local_error(Cause::closed, "the client was closed before it had an id");
    }
    return shard.timers.at_turn_end([known, done = std::move(done)]() mutable { done(std::move(known)); });
  }
  const std::uint64_t number = ++last_waiter_;
  const auto timer = shard.timers.at(shard.clock.now() + timeout, alive_.guard([this, number, timeout] {
    auto expired = waiters_.extract(number);
    const std::string within = std::to_string(timeout.value()) + " ms: ";
    expired.mapped().done(local_error(
        Cause::timed_out, "no broker has given this client an id for its metrics within " + within +
                              cluster_.failures()));
  }));
  waiters_.emplace(number, Waiter{timer, std::move(done)});
  if (first_view_) cluster_.refresh();  // the first view has us ask
}

void Reporter::tell_waiters(const Result<std::string>& outcome) {
  for (auto& [number, waiter] : std::exchange(waiters_, {})) {
    cluster_.shard().timers.cancel(waiter.timer);
    waiter.done(outcome);
  }
}

void Reporter::nobody_collects(Error why) {
  nobody_ = std::move(why);
  if (nobody_->is(Cause::unsupported_version)) nobody_->message += "; no broker of this cluster collects metrics";
  tell_waiters(*nobody_);
}

void Reporter::later(Millis wait, void (Reporter::*step)()) {
  auto& shard = cluster_.shard();
  shard.timers.cancel(timer_);
  timer_ = shard.timers.at(shard.clock.now() + wait, [this, step] { (this->*step)(); });
}

void Reporter::ask() {
  first_view_.reset();
  GetTelemetrySubscriptionsRequest request;
  request.client_instance_id = instance_;
  cluster_.send<GetTelemetrySubscriptionsResponse>(
      Target::any(), request, cluster_.options().request_timeout,
      alive_.guard([this](Result<Answer<GetTelemetrySubscriptionsResponse>> answer) {
        take_subscription(std::move(answer));
      }));
}

void Reporter::take_subscription(Result<Answer<GetTelemetrySubscriptionsResponse>> answer) {
  if (ended_ || cluster_.closed()) return;
  if (!answer) {
    if (!answer.error().retriable) return nobody_collects(answer.error());
    return later(kTelemetryRetry, &Reporter::ask);
  }
  const auto& body = answer->body;
  const auto code = protocol::from_wire(body.error_code);
  if (code == Errc::unsupported_version || code == Errc::invalid_request) {
    return nobody_collects(broker_error(code, "asking which metrics are collected"));
  }
  if (code != Errc::none) return later(kTelemetryRetry, &Reporter::ask);
  instance_ = body.client_instance_id;
  tell_waiters(instance_.text());
  subscription_ = body.subscription_id;
  interval_ = std::max(Millis(body.push_interval_ms), kLeastPushInterval);
  max_bytes_ = static_cast<std::size_t>(std::max(body.telemetry_max_bytes, 0));
  delta_ = body.delta_temporality;
  prefixes_.assign(body.requested_metrics.begin(), body.requested_metrics.end());
  if (prefixes_.empty()) return later(interval_, &Reporter::ask);
  // Clients that started together push at different times.
  const auto spread = static_cast<std::int64_t>(cluster_.shard().random.next() %
                                                static_cast<std::uint64_t>(interval_.value() + 1));
  later(Millis(interval_.value() / 2 + spread), &Reporter::push);
}

bool Reporter::wanted(const Metric& metric) const {
  return std::ranges::any_of(prefixes_, [&](const std::string& prefix) {
    return prefix == "*" || metric.name.starts_with(prefix);
  });
}

void Reporter::end() {
  cluster_.shard().timers.cancel(timer_);
  ended_ = true;
  tell_waiters(local_error(Cause::closed, "the client was closed before it had an id"));
  if (!prefixes_.empty()) push(true);
}

void Reporter::push(bool terminating) {
  std::vector<Metric> metrics = collect_();
  std::erase_if(metrics, [this](const Metric& metric) { return !wanted(metric); });
  pushing_.clear();
  for (Metric& metric : metrics) {
    if (!metric.total) continue;
    pushing_.emplace(metric.name, metric.value);
    const auto before = pushed_.find(metric.name);
    if (delta_ && before != pushed_.end()) metric.value -= before->second;
  }
  pushing_at_ = cluster_.shard().clock.wall();
  payload_ = otlp(metrics, since_, pushing_at_, delta_);
  if (metrics.empty() || payload_.size() > max_bytes_) {
    if (!terminating) later(interval_, &Reporter::ask);
    return;
  }
  PushTelemetryRequest request;
  request.client_instance_id = instance_;
  request.subscription_id = subscription_;
  request.terminating = terminating;
  request.metrics = as_bytes(payload_);
  if (terminating) {
    // Nobody is there any more for the answer.
    cluster_.tell<PushTelemetryRequest>(
        Target::any(), [request](std::int16_t) { return request; }, cluster_.options().request_timeout, [](Status) {});
    return;
  }
  cluster_.send<PushTelemetryResponse>(
      Target::any(), request, cluster_.options().request_timeout,
      alive_.guard([this](Result<Answer<PushTelemetryResponse>> answer) { take_outcome(std::move(answer)); }));
}

void Reporter::take_outcome(Result<Answer<PushTelemetryResponse>> answer) {
  if (ended_ || cluster_.closed()) return;
  const auto code = answer ? protocol::from_wire(answer->body.error_code) : Errc::none;
  if (answer && code == Errc::none) {
    pushed_ = std::move(pushing_);
    if (delta_) since_ = pushing_at_;
  }
  // Its subscription has changed, or it went to a broker that knows another one.
  if (code == Errc::unknown_subscription_id) return later(Millis(0), &Reporter::ask);
  if (code == Errc::invalid_request || code == Errc::unsupported_version) return;
  later(interval_, &Reporter::push);
}

void instance_id(Reporter* reporter, Millis timeout, Callback<void(Result<std::string>)> done) {
  if (reporter != nullptr) return reporter->instance_id(timeout, std::move(done));
  done(local_error(Cause::wrong_state, "a client with enable.metrics.push=false has no id among the brokers"));
}

}  // namespace millrace::client
