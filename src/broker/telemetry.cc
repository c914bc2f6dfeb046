#include "broker/telemetry.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "broker/limits.h"
#include "config/layers.h"

namespace millrace::broker {
namespace {

using protocol::Errc;

constexpr std::string_view kEverything = "*";
constexpr std::int32_t kDefaultInterval = 300'000;
constexpr std::int8_t kLastCodec = 4;
constexpr std::int64_t kLeastPatience = 60'000;

std::string property(const TelemetryClient& client, std::string_view name) {
  if (name == "client_instance_id") return client.instance.text();
  if (name == "client_id") return client.client_id;
  if (name == "client_software_name") return client.software_name;
  if (name == "client_software_version") return client.software_version;
  if (name == "client_source_address") return client.address;
  return name == "client_source_port" ? std::to_string(client.port) : std::string();
}

config::List list_of(const metadata::Image::Configs& own, std::string_view name) {
  const auto value = config::resolve(config::Scope::client_metrics, name, own, {});
  const auto* list = std::get_if<config::List>(&value);
  return list != nullptr ? *list : config::List();
}

std::int64_t patience(std::int32_t interval_ms) { return std::max(kLeastPatience, std::int64_t{interval_ms} * 3); }

}  // namespace

// Settings that did not change are the same object in both images, and the older one is kept until they are compared.
void Telemetry::read_rules() {
  if (read_ == newest_) return;
  std::map<std::string, const metadata::Image::Configs*> configured;
  for (const auto& resource : newest_->configured()) {
    if (resource.type == metadata::ResourceType::client_metrics) {
      configured[resource.name] = &newest_->configs(resource);
    }
  }
  read_ = newest_;
  if (configured == configured_) return;
  configured_ = std::move(configured);
  ++rules_version_;
  rules_.clear();
  for (const auto& [name, own] : configured_) {
    Rule rule;
    rule.metrics = list_of(*own, "metrics");
    const auto interval = config::resolve(config::Scope::client_metrics, "interval.ms", *own, {});
    const auto* millis = std::get_if<std::int64_t>(&interval);
    rule.interval_ms = millis != nullptr ? static_cast<std::int32_t>(*millis) : kDefaultInterval;
    bool readable = true;
    for (const std::string& entry : list_of(*own, "match")) {
      const auto equals = entry.find('=');
      auto pattern = equals == std::string::npos ? Result<Pattern>(Error::corrupt)
                                                 : Pattern::compile(config::trimmed(entry.substr(equals + 1)));
      readable = readable && pattern.ok();
      if (!pattern.ok()) continue;
      rule.match.emplace_back(config::trimmed(entry.substr(0, equals)), std::move(pattern).value());
    }
    // A match that cannot be read takes nobody.
    if (readable) rules_.push_back(std::move(rule));
  }
}

bool Telemetry::takes(const Rule& rule, const TelemetryClient& client) {
  return std::ranges::all_of(rule.match,
                             [&](const auto& match) { return match.second.matches(property(client, match.first)); });
}

// The metrics of all rules that take the client, at the shortest of their intervals.
void Telemetry::subscribe(Known& known) const {
  std::set<std::string> metrics;
  known.interval_ms = kDefaultInterval;
  for (const Rule& rule : rules_) {
    if (!takes(rule, known.client)) continue;
    metrics.insert(rule.metrics.begin(), rule.metrics.end());
    known.interval_ms = std::min(known.interval_ms, rule.interval_ms);
  }
  if (metrics.contains(std::string(kEverything))) metrics = {std::string(kEverything)};
  known.metrics.assign(metrics.begin(), metrics.end());
  const std::string text = fmt::format("{}{}", fmt::join(known.metrics, ","), known.interval_ms);
  known.id = static_cast<std::int32_t>(crc32c(as_bytes(text)) ^
                                       static_cast<std::uint32_t>(known.client.instance.low >> 32));
  known.rules_version = rules_version_;
}

// Whoever has been silent for long goes first, then whoever has been silent longest.
void Telemetry::make_room(WallTime now) {
  std::vector<Uuid> gone;
  for (const auto& [instance, client] : known_) {
    if (now - client.last_seen > patience(client.interval_ms)) gone.push_back(instance);
  }
  for (const Uuid& instance : gone) forget(instance);
  if (known_.size() < max_clients_) return;
  const auto oldest = std::ranges::min_element(
      known_, [](const auto& a, const auto& b) { return a.second.last_seen < b.second.last_seen; });
  forget(Uuid(oldest->first));
}

// With other rules a client begins anew: it may ask at once.
Telemetry::Known& Telemetry::known(const TelemetryClient& client, WallTime now) {
  read_rules();
  auto at = known_.find(client.instance);
  if (at != known_.end() && now - at->second.last_seen > patience(at->second.interval_ms)) {
    forget(client.instance);
    at = known_.end();
  }
  if (at == known_.end()) {
    if (known_.size() >= max_clients_) make_room(now);
    at = known_.emplace(client.instance, Known{client}).first;
    subscribe(at->second);
  } else if (at->second.rules_version != rules_version_) {
    at->second = Known{at->second.client};
    subscribe(at->second);
  }
  at->second.last_seen = now;
  return at->second;
}

Telemetry::Subscription Telemetry::subscription(const TelemetryClient& client, WallTime now) {
  Known& known = this->known(client, now);
  if (now - std::max(known.last_get, known.last_push) < known.interval_ms) {
    return {Errc::throttling_quota_exceeded, {}, 0, 0, 0, {}};
  }
  known.last_get = now;
  return {Errc::none, client.instance, known.id, known.interval_ms, max_bytes_, known.metrics};
}

Errc Telemetry::push(const TelemetryClient& client, const Push& push, WallTime now) {
  Known& known = this->known(client, now);
  const bool ended = std::exchange(known.terminating, push.terminating);
  if (ended) return Errc::invalid_request;
  const bool in_time = known.last_get > known.last_push || now - known.last_push >= known.interval_ms;
  if (in_time) known.last_push = now;
  if (!in_time && !push.terminating) return Errc::throttling_quota_exceeded;
  if (push.subscription_id != known.id) return Errc::unknown_subscription_id;
  if (push.compression < 0 || push.compression > kLastCodec) return Errc::unsupported_compression_type;
  if (push.metrics.size() > static_cast<std::size_t>(std::max(max_bytes_, 0))) return Errc::telemetry_too_large;
  if (push.metrics.empty()) return Errc::none;
  const auto metrics = record::decompress(static_cast<record::Codec>(push.compression), push.metrics.bytes(),
                                          kTelemetryDecompressedBytes, scratch_);
  if (!metrics.ok()) return Errc::invalid_record;
  const bool taken = receiver_ == nullptr || receiver_->take({known.client, push.terminating, *metrics, now});
  scratch_.clear();
  return taken ? Errc::none : Errc::invalid_record;
}

void Telemetry::forget(const Uuid& instance) {
  if (known_.erase(instance) > 0 && receiver_ != nullptr) receiver_->forget(instance);
}

}  // namespace millrace::broker
