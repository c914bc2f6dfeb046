#include "config/server_config.h"

#include <algorithm>
#include <utility>

#include "config/checks.h"
#include "config/listeners.h"
#include "config/reader.h"

namespace millrace::config {
namespace {

// node.id, or broker.id under its older name; Kafka lets either stand for the other.
Check read_identity(const Reader& reader, ServerConfig& config) {
  if (!reader.is_set("process.roles")) {
    return reader.refuse("process.roles", "it must be broker, controller or both");
  }
  for (const auto& role : reader.list("process.roles")) {
    (role == "broker" ? config.is_broker : config.is_controller) = true;
  }
  const bool has_node_id = reader.is_set("node.id");
  const bool has_broker_id = reader.is_set("broker.id");
  if (!has_node_id && (!has_broker_id || reader.whole("broker.id") < 0)) {
    return reader.refuse("node.id", "it must be a whole number from 0 to 2147483647");
  }
  const std::int32_t id = reader.int32(has_node_id ? "node.id" : "broker.id");
  if (has_node_id && has_broker_id && reader.int32("broker.id") != id) {
    return reader.refuse("broker.id", fmt::format("it must be the same as node.id, which is {}", id));
  }
  config.node_id = NodeId(id);
  if (!std::holds_alternative<std::monostate>(reader.value("broker.rack"))) config.rack = reader.text("broker.rack");
  return {};
}

void read_directories(const Reader& reader, ServerConfig& config) {
  config.log_dirs = reader.list(reader.is_set("log.dirs") ? "log.dirs" : "log.dir");
  config.metadata_log_dir = reader.text("metadata.log.dir");
  if (config.metadata_log_dir.empty()) config.metadata_log_dir = config.log_dirs.front();
}

// A value above 0 that is not Kafka's default.
std::optional<std::int32_t> unlike_default(const Reader& reader, std::string_view name) {
  const std::int32_t value = reader.int32(name);
  const auto usual = parse_whole(find_definition(Scope::broker, name)->default_text);
  return value > 0 && value != usual ? std::optional(value) : std::nullopt;
}

Check read_limits(const Reader& reader, NetworkConfig& network) {
  network.backlog = unlike_default(reader, "socket.listen.backlog.size");
  network.max_connections = reader.int32("max.connections");
  network.max_connections_per_ip = reader.int32("max.connections.per.ip");
  network.idle_timeout = reader.millis("connections.max.idle.ms");
  network.max_request_bytes = reader.int32("socket.request.max.bytes");
  network.send_buffer_bytes = unlike_default(reader, "socket.send.buffer.bytes");
  network.receive_buffer_bytes = unlike_default(reader, "socket.receive.buffer.bytes");
  network.max_queued_request_bytes = reader.whole("queued.max.request.bytes");
  constexpr std::string_view kOverrides = "max.connections.per.ip.overrides";
  for (const auto& entry : split_list(reader.text(kOverrides))) {
    const std::size_t colon = entry.rfind(':');
    const std::string_view host = colon == std::string::npos ? "" : trimmed(std::string_view(entry).substr(0, colon));
    const auto limit =
        colon == std::string::npos ? std::nullopt : parse_whole(trimmed(std::string_view(entry).substr(colon + 1)));
    if (host.empty() || !limit || *limit < 0 || *limit > INT32_MAX) {
      return reader.refuse(kOverrides, fmt::format("{} must be address:count", entry));
    }
    network.max_connections_per_ip_overrides[std::string(host)] = static_cast<std::int32_t>(*limit);
  }
  return {};
}

QuorumConfig read_quorum(const Reader& reader) {
  QuorumConfig quorum;
  for (const auto& entry : reader.list("controller.quorum.voters")) {
    Voter voter = *parse_voter(entry);
    const auto at = std::ranges::find(quorum.voters, voter.id, &Voter::id);
    if (at == quorum.voters.end()) {
      quorum.voters.push_back(std::move(voter));
    } else {
      *at = std::move(voter);
    }
  }
  for (const auto& entry : reader.list("controller.quorum.bootstrap.servers")) {
    quorum.bootstrap_servers.push_back(*parse_host_port(entry));
  }
  quorum.segment_bytes = reader.int32("metadata.log.segment.bytes");
  const Value internal_bytes = reader.value("internal.metadata.log.segment.bytes");
  if (const auto* bytes = std::get_if<std::int64_t>(&internal_bytes)) {
    quorum.segment_bytes = static_cast<std::int32_t>(*bytes);
  }
  quorum.segment_age_max = reader.millis("metadata.log.segment.ms");
  quorum.snapshot_after_bytes = reader.whole("metadata.log.max.record.bytes.between.snapshots");
  quorum.snapshot_after = reader.millis("metadata.log.max.snapshot.interval.ms");
  quorum.retention_bytes = reader.whole("metadata.max.retention.bytes");
  quorum.retention = reader.millis("metadata.max.retention.ms");
  return quorum;
}

TopicsConfig read_topics(const Reader& reader) {
  TopicsConfig topics;
  topics.auto_create = reader.boolean("auto.create.topics.enable");
  topics.delete_enabled = reader.boolean("delete.topic.enable");
  topics.partitions = reader.int32("num.partitions");
  topics.replication_factor = reader.int16("default.replication.factor");
  topics.fetch_max_bytes = reader.int32("fetch.max.bytes");
  topics.fetch_session_slots = reader.int32("max.incremental.fetch.session.cache.slots");
  topics.max_partitions_per_request = reader.int32("max.request.partition.size.limit");
  topics.retention_check_interval = reader.millis("log.retention.check.interval.ms");
  return topics;
}

GroupsConfig read_groups(const Reader& reader) {
  GroupsConfig groups;
  groups.initial_rebalance_delay = reader.millis("group.initial.rebalance.delay.ms");
  groups.min_session_timeout = reader.millis("group.min.session.timeout.ms");
  groups.max_session_timeout = reader.millis("group.max.session.timeout.ms");
  groups.max_size = reader.int32("group.max.size");
  groups.offset_metadata_max_bytes = reader.int32("offset.metadata.max.bytes");
  groups.offsets_retention = Millis(reader.whole("offsets.retention.minutes") * 60'000);
  groups.offsets_retention_check_interval = reader.millis("offsets.retention.check.interval.ms");
  groups.offsets_commit_timeout = reader.millis("offsets.commit.timeout.ms");
  groups.offsets_topic_partitions = reader.int32("offsets.topic.num.partitions");
  groups.offsets_topic_replication_factor = reader.int16("offsets.topic.replication.factor");
  groups.offsets_topic_segment_bytes = reader.int32("offsets.topic.segment.bytes");
  groups.offsets_topic_codec = reader.int32("offsets.topic.compression.codec");
  return groups;
}

std::vector<std::string> read_super_users(const Reader& reader) {
  std::vector<std::string> users;
  const std::string text = reader.text("super.users");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    if (const auto user = trimmed(rest.substr(0, end)); !user.empty()) users.emplace_back(user);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return users;
}

std::string without_effect(const Settings& settings) {
  std::string names;
  for (const auto& [name, given] : settings) {
    const auto* definition = find_definition(Scope::broker, name);
    if (definition == nullptr || definition->used || definition->dynamic_only || given.origin == Origin::no_file)
      continue;
    if (given.text == definition->default_text) continue;  // files spell defaults out; nobody misses anything
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace

Value ServerConfig::value(std::string_view name) const { return Reader(explicit_settings).value(name); }

const Given* ServerConfig::given(std::string_view name) const {
  const auto at = explicit_settings.find(name);
  return at == explicit_settings.end() ? nullptr : &at->second;
}

Result<ServerConfig, std::string> read_server_config(Settings settings) {
  ServerConfig config;
  config.explicit_settings = std::move(settings);
  const Reader reader(config.explicit_settings);
  // Before the values are checked: one that a provider would fill in need not look like a value.
  MR_TRY(reader.check_providers());
  MR_TRY(reader.check_values());
  MR_TRY(read_identity(reader, config));
  read_directories(reader, config);
  MR_TRY(read_listeners(reader, config.is_broker, config.is_controller, config.network));
  MR_TRY(read_limits(reader, config.network));
  config.quorum = read_quorum(reader);
  config.topics = read_topics(reader);
  config.groups = read_groups(reader);
  const std::string backend = reader.text("millrace.io.backend");
  config.io_backend = backend == "io_uring" ? IoBackend::io_uring
                      : backend == "epoll"  ? IoBackend::epoll
                                            : IoBackend::any;
  config.shards = reader.int32("millrace.shards");
  config.journal = reader.boolean("millrace.log.journal");
  config.log_as_json = reader.text("millrace.log.format") == "json";
  if (const std::string http = reader.text("millrace.http.listener"); !http.empty()) {
    config.http_listener = parse_listen_address(http);
    if (!config.http_listener) {
      return fmt::format("{}: millrace.http.listener={} is not allowed: must be HOST:PORT, or empty for none",
                         config.given("millrace.http.listener")->place, http);
    }
  }
  config.super_users = read_super_users(reader);
  config.authorizer_class = reader.text("authorizer.class.name");
  MR_TRY(check_relations(reader, config));
  MR_TRY(check_security(reader, config));
  return config;
}

Result<LoadedServerConfig, std::string> load_server_config(const StartOptions& options) {
  auto merged = merge_settings(options);
  if (!merged.ok()) return merged.error();
  LoadedServerConfig loaded;
  loaded.warnings = std::move(merged.value().warnings);
  auto config = read_server_config(std::move(merged.value().settings));
  if (!config.ok()) return config.error();
  loaded.config = std::move(config).value();
  if (const std::string names = without_effect(loaded.config.explicit_settings); !names.empty()) {
    loaded.warnings.push_back(fmt::format("known settings without effect on this server: {}", names));
  }
  return loaded;
}

}  // namespace millrace::config
