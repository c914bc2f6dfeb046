#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "config/endpoint.h"
#include "config/settings.h"

namespace millrace::config {

// How the system is asked for input and output (millrace.io.backend).
enum class IoBackend : std::uint8_t { any, io_uring, epoll };

// Where this node listens and what it tells others about it.
struct NetworkConfig {
  std::vector<Listener> listeners;             // all, in the order given
  std::vector<Listener> broker_listeners;      // those for clients and brokers
  std::vector<Listener> controller_listeners;  // those for controllers; empty without the controller role
  // What clients and brokers are told: an entry per broker listener or fewer. An empty host stands for the machine's
  // name, port 0 for the port that was bound: both are filled in by whoever binds.
  std::vector<Listener> advertised;
  std::vector<Listener> advertised_controllers;  // the same for the controller listeners
  std::map<std::string, SecurityProtocol, std::less<>> protocols;  // of each listener name
  std::string inter_broker_listener;
  std::vector<std::string> controller_listener_names;  // at least one; upper case

  std::int32_t max_connections = 0;
  std::int32_t max_connections_per_ip = 0;
  std::map<std::string, std::int32_t, std::less<>> max_connections_per_ip_overrides;  // by address or host name
  Millis idle_timeout{0};                      // below 0: none
  std::int32_t max_request_bytes = 0;          // socket.request.max.bytes
  // Only what is set to something else than Kafka's defaults, which its own server.properties spells out: a backlog of
  // 50 loses connections, and buffers of a fixed size do not grow as is needed.
  std::optional<std::int32_t> backlog;
  std::optional<std::int32_t> send_buffer_bytes;
  std::optional<std::int32_t> receive_buffer_bytes;
  std::int64_t max_queued_request_bytes = 0;   // below 1: no limit
};

// The KRaft quorum. Either voters or bootstrap_servers is not empty.
struct QuorumConfig {
  std::vector<Voter> voters;                 // fixed members; empty: they are kept in the metadata log
  std::vector<HostPort> bootstrap_servers;   // whom to ask for the members
  std::int32_t segment_bytes = 0;            // of the metadata log
  Millis segment_age_max{0};
  std::int64_t snapshot_after_bytes = 0;
  Millis snapshot_after{0};
  std::int64_t retention_bytes = 0;
  Millis retention{0};
};

// What new topics get, and limits of requests on topics.
struct TopicsConfig {
  bool auto_create = true;
  bool delete_enabled = true;
  std::int32_t partitions = 1;              // num.partitions
  std::int16_t replication_factor = 1;      // default.replication.factor
  std::int32_t fetch_max_bytes = 0;
  std::int32_t fetch_session_slots = 0;
  std::int32_t max_partitions_per_request = 0;  // max.request.partition.size.limit
  Millis retention_check_interval{0};
};

// Classic groups, committed offsets and their internal topic.
struct GroupsConfig {
  Millis initial_rebalance_delay{0};
  Millis min_session_timeout{0};
  Millis max_session_timeout{0};
  std::int32_t max_size = 0;
  std::int32_t offset_metadata_max_bytes = 0;
  Millis offsets_retention{0};
  Millis offsets_retention_check_interval{0};
  Millis offsets_commit_timeout{0};
  std::int32_t offsets_topic_partitions = 0;
  std::int16_t offsets_topic_replication_factor = 0;
  std::int32_t offsets_topic_segment_bytes = 0;
  std::int32_t offsets_topic_codec = 0;     // 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
};

// Everything a server is told at its start, read and checked. A plain value; may be shared read-only by all shards.
struct ServerConfig {
  NodeId node_id{0};
  bool is_broker = false;
  bool is_controller = false;
  std::optional<std::string> rack;
  std::vector<std::string> log_dirs;        // at least one, as given
  std::string metadata_log_dir;             // metadata.log.dir, or the first of log_dirs
  NetworkConfig network;
  QuorumConfig quorum;
  TopicsConfig topics;
  GroupsConfig groups;
  IoBackend io_backend = IoBackend::any;
  std::optional<HostPort> http_listener;    // for metrics and health; none: not served
  bool journal = true;                      // millrace.log.journal
  bool log_as_json = false;                 // millrace.log.format
  std::int32_t shards = 0;                  // 0: one per core
  std::vector<std::string> super_users;     // "User:name"
  std::string authorizer_class;             // empty: none

  Settings explicit_settings;               // everything that was set, known or not, for DescribeConfigs

  // The value in force of any server setting, read: the explicit one or Kafka's default. Precondition: the name is one
  // of Scope::broker, and not a required setting that was left out.
  Value value(std::string_view name) const;
  // Where an explicit value comes from; nothing: the setting has its default.
  const Given* given(std::string_view name) const;
};

// Checks every explicit value against its setting, and the settings against each other as Kafka does, and fills the
// struct. The error is one line: place, setting, value, what is allowed. Refuses what is not built and would be unsafe
// to ignore: a listener that speaks anything but PLAINTEXT, an authorizer without User:ANONYMOUS among super.users,
// values that a config provider would have to fill in.
Result<ServerConfig, std::string> read_server_config(Settings settings);

struct LoadedServerConfig {
  ServerConfig config;
  std::vector<std::string> warnings;  // one line each
};

// merge_settings and read_server_config in one. Adds a warning line that names the explicit settings which this server
// knows and does not act on, but for those that spell their default out.
Result<LoadedServerConfig, std::string> load_server_config(const StartOptions& options);

}  // namespace millrace::config
