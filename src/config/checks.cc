#include "config/checks.h"

#include <algorithm>
#include <array>

namespace millrace::config {
namespace {

struct Order {
  std::string_view low;
  std::string_view high;
  bool strict = false;  // low < high instead of low <= high
};

constexpr std::array kOrders{
    Order{"replica.fetch.wait.max.ms", "replica.socket.timeout.ms"},
    Order{"replica.fetch.wait.max.ms", "replica.lag.time.max.ms"},
    Order{"group.consumer.min.session.timeout.ms", "group.consumer.max.session.timeout.ms"},
    Order{"group.consumer.min.session.timeout.ms", "group.consumer.session.timeout.ms"},
    Order{"group.consumer.session.timeout.ms", "group.consumer.max.session.timeout.ms"},
    Order{"group.consumer.min.heartbeat.interval.ms", "group.consumer.max.heartbeat.interval.ms"},
    Order{"group.consumer.min.heartbeat.interval.ms", "group.consumer.heartbeat.interval.ms"},
    Order{"group.consumer.heartbeat.interval.ms", "group.consumer.max.heartbeat.interval.ms"},
    Order{"group.consumer.heartbeat.interval.ms", "group.consumer.session.timeout.ms", true},
    Order{"group.consumer.min.assignment.interval.ms", "group.consumer.max.assignment.interval.ms"},
    Order{"group.consumer.min.assignment.interval.ms", "group.consumer.assignment.interval.ms"},
    Order{"group.consumer.assignment.interval.ms", "group.consumer.max.assignment.interval.ms"},
    Order{"group.share.min.session.timeout.ms", "group.share.max.session.timeout.ms"},
    Order{"group.share.min.session.timeout.ms", "group.share.session.timeout.ms"},
    Order{"group.share.session.timeout.ms", "group.share.max.session.timeout.ms"},
    Order{"group.share.min.heartbeat.interval.ms", "group.share.max.heartbeat.interval.ms"},
    Order{"group.share.min.heartbeat.interval.ms", "group.share.heartbeat.interval.ms"},
    Order{"group.share.heartbeat.interval.ms", "group.share.max.heartbeat.interval.ms"},
    Order{"group.share.heartbeat.interval.ms", "group.share.session.timeout.ms", true},
    Order{"group.share.min.assignment.interval.ms", "group.share.max.assignment.interval.ms"},
    Order{"group.share.min.assignment.interval.ms", "group.share.assignment.interval.ms"},
    Order{"group.share.assignment.interval.ms", "group.share.max.assignment.interval.ms"},
    Order{"group.share.min.delivery.count.limit", "group.share.delivery.count.limit"},
    Order{"group.share.delivery.count.limit", "group.share.max.delivery.count.limit"},
    Order{"group.share.min.partition.max.record.locks", "group.share.partition.max.record.locks"},
    Order{"group.share.partition.max.record.locks", "group.share.max.partition.max.record.locks"},
    Order{"group.share.min.record.lock.duration.ms", "group.share.record.lock.duration.ms"},
    Order{"group.share.record.lock.duration.ms", "group.share.max.record.lock.duration.ms"},
    Order{"group.share.max.size", "group.share.max.share.sessions"},
    Order{"group.streams.min.session.timeout.ms", "group.streams.max.session.timeout.ms"},
    Order{"group.streams.min.session.timeout.ms", "group.streams.session.timeout.ms"},
    Order{"group.streams.session.timeout.ms", "group.streams.max.session.timeout.ms"},
    Order{"group.streams.min.heartbeat.interval.ms", "group.streams.max.heartbeat.interval.ms"},
    Order{"group.streams.min.heartbeat.interval.ms", "group.streams.heartbeat.interval.ms"},
    Order{"group.streams.heartbeat.interval.ms", "group.streams.max.heartbeat.interval.ms"},
    Order{"group.streams.heartbeat.interval.ms", "group.streams.session.timeout.ms", true},
    Order{"group.streams.min.assignment.interval.ms", "group.streams.max.assignment.interval.ms"},
    Order{"group.streams.min.assignment.interval.ms", "group.streams.assignment.interval.ms"},
    Order{"group.streams.assignment.interval.ms", "group.streams.max.assignment.interval.ms"},
    Order{"group.streams.num.standby.replicas", "group.streams.max.standby.replicas"},
};

Check check_orders(const Reader& reader) {
  for (const auto& order : kOrders) {
    const std::int64_t low = reader.whole(order.low);
    const std::int64_t high = reader.whole(order.high);
    if (low < high || (low == high && !order.strict)) continue;
    const bool blame_low = reader.is_set(order.low);
    return reader.refuse(blame_low ? order.low : order.high,
                         fmt::format("it must be {} {}, which is {}",
                                     blame_low ? (order.strict ? "less than" : "at most")
                                               : (order.strict ? "greater than" : "at least"),
                                     blame_low ? order.high : order.low, blame_low ? high : low));
  }
  return {};
}

// Of settings with the same meaning in other units, the one that counts: the first that has a value.
std::string_view effective(const Reader& reader, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (!std::holds_alternative<std::monostate>(reader.value(name))) return name;
  }
  return *(names.end() - 1);
}

Check check_log(const Reader& reader) {
  const auto retention = effective(reader, {"log.retention.ms", "log.retention.minutes", "log.retention.hours"});
  if (reader.whole(retention) == 0) return reader.refuse(retention, "it must be at least 1, or below 0 for no limit");
  const auto roll = effective(reader, {"log.roll.ms", "log.roll.hours"});
  if (reader.whole(roll) < 1) return reader.refuse(roll, "it must be at least 1");
  const auto jitter = effective(reader, {"log.roll.jitter.ms", "log.roll.jitter.hours"});
  if (reader.whole(jitter) < 0) return reader.refuse(jitter, "it must be at least 0");
  const std::int64_t cleaners = reader.whole("log.cleaner.threads");
  if (cleaners < 1) return reader.refuse("log.cleaner.threads", "it must be at least 1");
  if (reader.whole("log.cleaner.dedupe.buffer.size") / cleaners <= 1024 * 1024) {
    return reader.refuse("log.cleaner.dedupe.buffer.size", "it must be more than 1048576 per cleaner thread");
  }
  for (const auto* name : {"offsets.topic.compression.codec", "share.coordinator.state.topic.compression.codec"}) {
    if (reader.whole(name) < 0 || reader.whole(name) > 4) {
      return reader.refuse(name, "it must be 0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)");
    }
  }
  return {};
}

Check check_network(const Reader& reader, const ServerConfig& config) {
  if (config.network.max_connections_per_ip == 0 && config.network.max_connections_per_ip_overrides.empty()) {
    return reader.refuse("max.connections.per.ip", "it may be 0 only with max.connections.per.ip.overrides");
  }
  const std::int64_t queued = config.network.max_queued_request_bytes;
  if (queued > 0 && queued < config.network.max_request_bytes) {
    return reader.refuse("queued.max.request.bytes",
                         fmt::format("it must be at least socket.request.max.bytes, which is {}, "
                                     "or below 1 for no limit",
                                     config.network.max_request_bytes));
  }
  for (const auto& name : reader.list("early.start.listeners")) {
    const auto& listeners = config.network.listeners;
    const auto& controllers = config.network.controller_listener_names;
    if (std::ranges::find(listeners, upper_case(name), &Listener::name) == listeners.end() &&
        std::ranges::find(controllers, upper_case(name)) == controllers.end()) {
      return reader.refuse("early.start.listeners", fmt::format("{} is not a name in listeners", name));
    }
  }
  return {};
}

Check check_quorum(const Reader& reader, const ServerConfig& config) {
  constexpr std::string_view kVoters = "controller.quorum.voters";
  if (config.quorum.voters.empty() && config.quorum.bootstrap_servers.empty()) {
    return reader.refuse("controller.quorum.bootstrap.servers",
                         fmt::format("it, or {}, must name the controllers of the cluster", kVoters));
  }
  if (config.quorum.voters.empty()) return {};
  const bool is_voter = std::ranges::any_of(
      config.quorum.voters, [&](const Voter& voter) { return NodeId(voter.id) == config.node_id; });
  if (config.is_controller && !is_voter) {
    return reader.refuse(kVoters, fmt::format("it must contain this controller, node.id {}", config.node_id.value()));
  }
  if (!config.is_controller && is_voter) {
    return reader.refuse(kVoters, fmt::format("it contains this node, node.id {}, which is no controller",
                                              config.node_id.value()));
  }
  return {};
}

}  // namespace

Check check_relations(const Reader& reader, const ServerConfig& config) {
  MR_TRY(check_quorum(reader, config));
  MR_TRY(check_network(reader, config));
  MR_TRY(check_log(reader));
  const List protocols = reader.list("group.coordinator.rebalance.protocols");
  if (std::ranges::find(protocols, "classic") == protocols.end()) {
    return reader.refuse("group.coordinator.rebalance.protocols", "it must contain classic");
  }
  return check_orders(reader);
}

Check check_security(const Reader& reader, const ServerConfig& config) {
  for (const auto& listener : config.network.listeners) {
    const SecurityProtocol protocol = config.network.protocols.find(listener.name)->second;
    if (protocol == SecurityProtocol::plaintext) continue;
    return reader.refuse("listener.security.protocol.map",
                         fmt::format("listener {} is mapped to {}, and only PLAINTEXT is built", listener.name,
                                     to_string(protocol)));
  }
  for (const auto& name : config.network.controller_listener_names) {
    const SecurityProtocol protocol = config.network.protocols.find(name)->second;
    if (protocol == SecurityProtocol::plaintext) continue;
    return reader.refuse(
        "listener.security.protocol.map",
        fmt::format("controllers are reached on {}, which is mapped to {}, and only PLAINTEXT is built", name,
                    to_string(protocol)));
  }
  const bool everyone = std::ranges::find(config.super_users, "User:ANONYMOUS") != config.super_users.end();
  if (!config.authorizer_class.empty() && !everyone) {
    return reader.refuse("authorizer.class.name",
                         "authorization is not built, so everybody could do everything; take it "
                         "out, or add User:ANONYMOUS to super.users to say that this is meant");
  }
  return {};
}

}  // namespace millrace::config
