#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "broker/broker.h"
#include "broker/node_facts.h"
#include "broker/request.h"
#include "protocol/api.h"
#include "protocol/message.h"

namespace millrace::broker {

// What a principal must be allowed to do; the kinds of Kafka's access control.
enum class Operation : std::uint8_t {
  none, read, write, create, del, alter, describe, cluster_action, describe_configs, alter_configs, idempotent_write
};

// One API that this node serves. The table of these is the only place that names it: what ApiVersions tells, what
// dispatch takes and what the page of covered APIs shows are read off it.
struct Handler {
  protocol::ApiKey api;
  std::int16_t min_version;  // requests below are not taken
  std::int16_t max_version;
  std::int16_t min_announced;  // what ApiVersions says instead of min_version
  std::uint8_t listeners;      // protocol::kOnBroker | protocol::kOnController
  Operation permission;        // on what the request names
  bool pipelines;              // may be begun while earlier ones of the same connection have no answer yet
  void (*handle)(RequestPtr request, Broker& broker);

  std::int16_t key() const { return static_cast<std::int16_t>(api); }
  bool has(std::int16_t version) const { return version >= min_version && version <= max_version; }
  // What is forwarded, and what is asked on a controller's listener, only if this node's quorum answers it.
  bool serves(const Listener& listener, const NodeFacts& facts) const;
};

// All of them, by key.
std::span<const Handler> all_handlers();
// Null if this node does not serve it anywhere.
const Handler* find_handler(std::int16_t api_key);

// Reads a request's body; hangs up on one that is no such message, as Kafka does.
template <protocol::Message T>
std::optional<T> read_body(Request& request) {
  T body;
  if (protocol::decode_body(request.body().bytes(), request.version(), body).ok()) return body;
  request.hang_up();
  return std::nullopt;
}

template <protocol::Message T>
void answer(Request& request, const T& response) {
  request.send(protocol::encode_body(response, request.version()));
}

// One file each.
void api_versions(RequestPtr request, Broker& broker);
void metadata_request(RequestPtr request, Broker& broker);
void create_topics(RequestPtr request, Broker& broker);
void delete_topics(RequestPtr request, Broker& broker);
void create_partitions(RequestPtr request, Broker& broker);
void produce(RequestPtr request, Broker& broker);
void fetch(RequestPtr request, Broker& broker);
void list_offsets(RequestPtr request, Broker& broker);
void delete_records(RequestPtr request, Broker& broker);
void describe_log_dirs(RequestPtr request, Broker& broker);
void alter_replica_log_dirs(RequestPtr request, Broker& broker);
void find_coordinator(RequestPtr request, Broker& broker);
void init_producer_id(RequestPtr request, Broker& broker);
void join_group(RequestPtr request, Broker& broker);
void sync_group(RequestPtr request, Broker& broker);
void heartbeat(RequestPtr request, Broker& broker);
void leave_group(RequestPtr request, Broker& broker);
void offset_commit(RequestPtr request, Broker& broker);
void offset_fetch(RequestPtr request, Broker& broker);
void describe_groups(RequestPtr request, Broker& broker);
void consumer_group_describe(RequestPtr request, Broker& broker);
void share_group_describe(RequestPtr request, Broker& broker);
void streams_group_describe(RequestPtr request, Broker& broker);
void list_groups(RequestPtr request, Broker& broker);
void delete_groups(RequestPtr request, Broker& broker);
void offset_delete(RequestPtr request, Broker& broker);
void offset_for_leader_epoch(RequestPtr request, Broker& broker);
void describe_configs(RequestPtr request, Broker& broker);
void list_config_resources(RequestPtr request, Broker& broker);
void describe_cluster(RequestPtr request, Broker& broker);
void describe_producers(RequestPtr request, Broker& broker);
void describe_topic_partitions(RequestPtr request, Broker& broker);
void alter_configs(RequestPtr request, Broker& broker);
void incremental_alter_configs(RequestPtr request, Broker& broker);
void get_telemetry_subscriptions(RequestPtr request, Broker& broker);
void push_telemetry(RequestPtr request, Broker& broker);
void describe_acls(RequestPtr request, Broker& broker);
void create_delegation_token(RequestPtr request, Broker& broker);
void renew_delegation_token(RequestPtr request, Broker& broker);
void expire_delegation_token(RequestPtr request, Broker& broker);
void sasl_handshake(RequestPtr request, Broker& broker);
void sasl_authenticate(RequestPtr request, Broker& broker);
void list_transactions(RequestPtr request, Broker& broker);
void describe_transactions(RequestPtr request, Broker& broker);
void describe_delegation_token(RequestPtr request, Broker& broker);
void describe_client_quotas(RequestPtr request, Broker& broker);
void describe_user_scram_credentials(RequestPtr request, Broker& broker);
void envelope(RequestPtr request, Broker& broker);
// Hands the body to the active controller and its answer back.
void forward(RequestPtr request, Broker& broker);

}  // namespace millrace::broker
