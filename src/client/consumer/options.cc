#include "client/consumer/options.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "config/endpoint.h"

namespace millrace::client {
namespace {

constexpr std::string_view kByDuration = "by_duration:";
constexpr std::string_view kJavaPackage = "org.apache.kafka.clients.consumer.";

struct StrategyName {
  std::string_view name;
  std::string_view java;
  Strategy strategy;
};
constexpr StrategyName kStrategies[] = {
    {"range", "RangeAssignor", Strategy::range},
    {"roundrobin", "RoundRobinAssignor", Strategy::roundrobin},
    {"sticky", "StickyAssignor", Strategy::sticky},
    {"cooperative-sticky", "CooperativeStickyAssignor", Strategy::cooperative_sticky},
};

// A duration of ISO 8601 without years and months, "P1DT2H3M4.5S", in milliseconds; nothing if it is none.
std::optional<std::int64_t> iso_duration(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  std::int64_t last_unit = std::numeric_limits<std::int64_t>::max();  // each once, the longest first
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    double amount = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (bad != std::errc() || amount < 0 || amount > 1e10) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return std::nullopt;
    std::int64_t unit = 0;
    switch (text.front()) {
      case 'D': unit = in_time ? 0 : 86'400'000; break;
      case 'H': unit = in_time ? 3'600'000 : 0; break;
      case 'M': unit = in_time ? 60'000 : 0; break;
      case 'S': unit = in_time ? 1'000 : 0; break;
      default: break;
    }
    if (unit == 0) return std::nullopt;
    text.remove_prefix(1);
    if (unit >= last_unit) return std::nullopt;
    last_unit = unit;
    total += static_cast<std::int64_t>(amount * static_cast<double>(unit));
    any = true;
  }
  return any ? std::optional(total) : std::nullopt;
}

Status read_reset(const Settings& settings, ConsumerOptions& options) {
  const std::string text = settings.text("auto.offset.reset");
  if (text == "earliest") {
    options.reset = Reset::earliest;
  } else if (text == "latest") {
    options.reset = Reset::latest;
  } else if (text == "none") {
    options.reset = Reset::none;
  } else if (text.starts_with(kByDuration)) {
    const auto back = iso_duration(std::string_view(text).substr(kByDuration.size()));
    if (!back) return settings.refuse("auto.offset.reset", "the duration must look like PnDTnHnMn.nS, none negative");
    options.reset = Reset::by_duration;
    options.reset_back = Millis(*back);
  } else {
    return settings.refuse("auto.offset.reset", "must be earliest, latest, none or by_duration:PnDTnHnMn.nS");
  }
  return {};
}

Status read_strategies(const Settings& settings, ConsumerOptions& options) {
  options.strategies.clear();
  for (const std::string& entry : settings.list("partition.assignment.strategy")) {
    std::string_view name = entry;
    if (name.starts_with(kJavaPackage)) name.remove_prefix(kJavaPackage.size());
    const auto* found = std::ranges::find_if(
        kStrategies, [&](const StrategyName& known) { return known.name == name || known.java == name; });
    if (found == std::end(kStrategies)) {
      return settings.refuse("partition.assignment.strategy",
                             entry + " is not known; use range, roundrobin, sticky or cooperative-sticky");
    }
    if (std::ranges::find(options.strategies, found->strategy) == options.strategies.end()) {
      options.strategies.push_back(found->strategy);
    }
  }
  if (options.strategies.empty()) return settings.refuse("partition.assignment.strategy", "must name an assignor");
  return {};
}

// Each protocol leaves other things to the brokers.
Status read_protocol(const Settings& settings, ConsumerOptions& options) {
  options.remote_assignor = settings.optional_text("group.remote.assignor");
  if (config::upper_case(settings.text("group.protocol")) == "CLASSIC") {
    if (!options.remote_assignor) return {};
    return settings.refuse("group.remote.assignor", "has a meaning with group.protocol=consumer only; unset it");
  }
  options.protocol = GroupProtocol::consumer;
  for (const char* name : {"partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"}) {
    if (settings.is_set(name)) {
      return settings.refuse(name, "with group.protocol=consumer the brokers decide this; unset it");
    }
  }
  return {};
}

}  // namespace

Result<ConsumerOptions> consumer_options(const Settings& settings) {
  ConsumerOptions options;
  options.group_id = settings.optional_text("group.id");
  options.instance_id = settings.optional_text("group.instance.id");
  options.auto_commit = settings.flag("enable.auto.commit");
  options.auto_commit_interval = settings.millis("auto.commit.interval.ms");
  options.fetch_wait = settings.millis("fetch.max.wait.ms");
  options.fetch_min_bytes = settings.int32("fetch.min.bytes");
  options.fetch_max_bytes = settings.int32("fetch.max.bytes");
  options.partition_max_bytes = settings.int32("max.partition.fetch.bytes");
  options.max_poll_records = static_cast<std::size_t>(settings.whole("max.poll.records"));
  options.max_poll_interval = settings.millis("max.poll.interval.ms");
  options.session_timeout = settings.millis("session.timeout.ms");
  options.heartbeat_interval = settings.millis("heartbeat.interval.ms");
  options.api_timeout = settings.millis("default.api.timeout.ms");
  options.request_timeout = settings.millis("request.timeout.ms");
  options.retry_backoff = settings.millis("retry.backoff.ms");
  options.retry_backoff_max = settings.millis("retry.backoff.max.ms");
  options.metadata_max_age = settings.millis("metadata.max.age.ms");
  options.committed_only = settings.text("isolation.level") == "read_committed";
  options.check_crcs = settings.flag("check.crcs");
  options.exclude_internal = settings.flag("exclude.internal.topics");
  options.rack = settings.text("client.rack");
  if (Status read = read_reset(settings, options); !read) return read.error();
  if (Status read = read_strategies(settings, options); !read) return read.error();
  if (Status read = read_protocol(settings, options); !read) return read.error();
  if (options.group_id && options.group_id->empty()) {
    return settings.refuse("group.id", "must not be empty; leave it unset for a consumer without a group");
  }
  if (!options.group_id) {
    if (settings.is_set("enable.auto.commit") && options.auto_commit) {
      return settings.refuse("enable.auto.commit", "there is nothing to commit to without group.id");
    }
    options.auto_commit = false;
  }
  if (options.heartbeat_interval >= options.session_timeout || options.heartbeat_interval < Millis(1)) {
    if (!settings.is_set("heartbeat.interval.ms")) {
      return settings.refuse("session.timeout.ms", "must be above heartbeat.interval.ms (3000 unless it is set)");
    }
    return settings.refuse("heartbeat.interval.ms", "must be above 0 and below session.timeout.ms");
  }
  return options;
}

}  // namespace millrace::client
