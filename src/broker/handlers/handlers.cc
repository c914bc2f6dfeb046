#include "broker/handlers/handlers.h"

#include <algorithm>
#include <array>

namespace millrace::broker {
namespace {

using protocol::ApiKey;
using protocol::kOnBroker;
using protocol::kOnController;

constexpr std::uint8_t kOnBoth = kOnBroker | kOnController;
constexpr bool kPipelines = true;
constexpr bool kInTurn = false;

using enum Operation;

// Produce announces versions that nobody serves any more: old librdkafka looks for them to choose its record format.
constexpr std::array kHandlers = {
    Handler{ApiKey::produce, 3, 13, 0, kOnBroker, write, kPipelines, produce},
    Handler{ApiKey::fetch, 4, 18, 4, kOnBoth, read, kInTurn, fetch},
    Handler{ApiKey::list_offsets, 1, 11, 1, kOnBroker, describe, kInTurn, list_offsets},
    Handler{ApiKey::metadata, 0, 13, 0, kOnBroker, describe, kInTurn, metadata_request},
    Handler{ApiKey::offset_commit, 2, 10, 2, kOnBroker, read, kInTurn, offset_commit},
    Handler{ApiKey::offset_fetch, 1, 10, 1, kOnBroker, describe, kInTurn, offset_fetch},
    Handler{ApiKey::find_coordinator, 0, 6, 0, kOnBroker, describe, kInTurn, find_coordinator},
    Handler{ApiKey::join_group, 0, 9, 0, kOnBroker, read, kInTurn, join_group},
    Handler{ApiKey::heartbeat, 0, 4, 0, kOnBroker, read, kInTurn, heartbeat},
    Handler{ApiKey::leave_group, 0, 5, 0, kOnBroker, read, kInTurn, leave_group},
    Handler{ApiKey::sync_group, 0, 5, 0, kOnBroker, read, kInTurn, sync_group},
    Handler{ApiKey::describe_groups, 0, 6, 0, kOnBroker, describe, kInTurn, describe_groups},
    Handler{ApiKey::list_groups, 0, 5, 0, kOnBroker, describe, kInTurn, list_groups},
    Handler{ApiKey::sasl_handshake, 0, 1, 0, kOnBoth, none, kInTurn, sasl_handshake},
    Handler{ApiKey::api_versions, 0, 4, 0, kOnBoth, none, kInTurn, api_versions},
    Handler{ApiKey::create_topics, 2, 7, 2, kOnBoth, create, kInTurn, create_topics},
    Handler{ApiKey::delete_topics, 1, 6, 1, kOnBoth, del, kInTurn, delete_topics},
    Handler{ApiKey::delete_records, 0, 2, 0, kOnBroker, del, kInTurn, delete_records},
    Handler{ApiKey::init_producer_id, 0, 5, 0, kOnBroker, idempotent_write, kInTurn, init_producer_id},
    Handler{ApiKey::offset_for_leader_epoch, 2, 4, 2, kOnBroker, describe, kInTurn, offset_for_leader_epoch},
    Handler{ApiKey::describe_acls, 1, 3, 1, kOnBoth, describe, kInTurn, describe_acls},
    Handler{ApiKey::create_acls, 1, 3, 1, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::delete_acls, 1, 3, 1, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::describe_configs, 1, 4, 1, kOnBoth, describe_configs, kInTurn, broker::describe_configs},
    Handler{ApiKey::alter_configs, 0, 2, 0, kOnBoth, alter_configs, kInTurn, broker::alter_configs},
    Handler{ApiKey::alter_replica_log_dirs, 1, 2, 1, kOnBroker, alter, kInTurn, alter_replica_log_dirs},
    Handler{ApiKey::describe_log_dirs, 1, 5, 1, kOnBroker, describe, kInTurn, describe_log_dirs},
    Handler{ApiKey::sasl_authenticate, 0, 2, 0, kOnBoth, none, kInTurn, sasl_authenticate},
    Handler{ApiKey::create_partitions, 0, 3, 0, kOnBoth, alter, kInTurn, create_partitions},
    Handler{ApiKey::create_delegation_token, 1, 3, 1, kOnBoth, none, kInTurn, create_delegation_token},
    Handler{ApiKey::renew_delegation_token, 1, 2, 1, kOnBoth, none, kInTurn, renew_delegation_token},
    Handler{ApiKey::expire_delegation_token, 1, 2, 1, kOnBoth, none, kInTurn, expire_delegation_token},
    Handler{ApiKey::describe_delegation_token, 1, 3, 1, kOnBoth, describe, kInTurn, describe_delegation_token},
    Handler{ApiKey::delete_groups, 0, 2, 0, kOnBroker, del, kInTurn, delete_groups},
    Handler{ApiKey::elect_leaders, 0, 2, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::incremental_alter_configs, 0, 1, 0, kOnBoth, alter_configs, kInTurn,
            incremental_alter_configs},
    Handler{ApiKey::alter_partition_reassignments, 0, 1, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::list_partition_reassignments, 0, 0, 0, kOnBoth, describe, kInTurn, forward},
    Handler{ApiKey::offset_delete, 0, 0, 0, kOnBroker, del, kInTurn, offset_delete},
    Handler{ApiKey::describe_client_quotas, 0, 1, 0, kOnBroker, describe_configs, kInTurn, describe_client_quotas},
    Handler{ApiKey::alter_client_quotas, 0, 1, 0, kOnBoth, alter_configs, kInTurn, forward},
    Handler{ApiKey::describe_user_scram_credentials, 0, 0, 0, kOnBoth, describe, kInTurn,
            describe_user_scram_credentials},
    Handler{ApiKey::alter_user_scram_credentials, 0, 0, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::vote, 0, 2, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::begin_quorum_epoch, 0, 1, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::end_quorum_epoch, 0, 1, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::describe_quorum, 0, 2, 0, kOnBoth, describe, kInTurn, forward},
    Handler{ApiKey::alter_partition, 2, 3, 2, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::update_features, 0, 2, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::envelope, 0, 0, 0, kOnController, cluster_action, kInTurn, envelope},
    Handler{ApiKey::fetch_snapshot, 0, 1, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::describe_cluster, 0, 2, 0, kOnBoth, describe, kInTurn, describe_cluster},
    Handler{ApiKey::describe_producers, 0, 0, 0, kOnBroker, read, kInTurn, describe_producers},
    Handler{ApiKey::broker_registration, 0, 4, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::broker_heartbeat, 0, 2, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::unregister_broker, 0, 0, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::describe_transactions, 0, 0, 0, kOnBroker, describe, kInTurn, describe_transactions},
    Handler{ApiKey::list_transactions, 0, 2, 0, kOnBroker, describe, kInTurn, list_transactions},
    Handler{ApiKey::allocate_producer_ids, 0, 0, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::consumer_group_describe, 0, 1, 0, kOnBroker, describe, kInTurn, consumer_group_describe},
    Handler{ApiKey::controller_registration, 0, 0, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::get_telemetry_subscriptions, 0, 0, 0, kOnBroker, none, kInTurn, get_telemetry_subscriptions},
    Handler{ApiKey::push_telemetry, 0, 0, 0, kOnBroker, none, kInTurn, push_telemetry},
    Handler{ApiKey::assign_replicas_to_dirs, 0, 0, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::list_config_resources, 0, 1, 0, kOnBroker, describe_configs, kInTurn, list_config_resources},
    Handler{ApiKey::describe_topic_partitions, 0, 0, 0, kOnBroker, describe, kInTurn, describe_topic_partitions},
    Handler{ApiKey::share_group_describe, 1, 1, 1, kOnBroker, describe, kInTurn, share_group_describe},
    Handler{ApiKey::add_raft_voter, 0, 1, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::remove_raft_voter, 0, 0, 0, kOnBoth, alter, kInTurn, forward},
    Handler{ApiKey::update_raft_voter, 0, 0, 0, kOnController, cluster_action, kInTurn, forward},
    Handler{ApiKey::streams_group_describe, 0, 0, 0, kOnBroker, describe, kInTurn, streams_group_describe},
};

// What the active controller decides, whoever takes it; the rest is answered from the metadata that every broker has.
constexpr bool is_decided(const Handler& handler) {
  for (const auto handle : {forward, broker::alter_configs, incremental_alter_configs, create_topics, delete_topics,
                            create_partitions}) {
    if (handler.handle == handle) return true;
  }
  return false;
}

}  // namespace

bool Handler::serves(const Listener& listener, const NodeFacts& facts) const {
  if ((listeners & (listener.controller ? kOnController : kOnBroker)) == 0) return false;
  return !is_decided(*this) || facts.controller_serves.test(static_cast<std::size_t>(api));
}

std::span<const Handler> all_handlers() { return kHandlers; }

const Handler* find_handler(std::int16_t api_key) {
  const auto at = std::lower_bound(kHandlers.begin(), kHandlers.end(), api_key,
                                   [](const Handler& handler, std::int16_t key) { return handler.key() < key; });
  return at != kHandlers.end() && at->key() == api_key ? &*at : nullptr;
}

}  // namespace millrace::broker
