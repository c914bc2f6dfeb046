#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/admin/cluster.h"
#include "millrace/admin/common.h"
#include "millrace/admin/configs.h"
#include "millrace/admin/groups.h"
#include "millrace/admin/quotas.h"
#include "millrace/admin/raw.h"
#include "millrace/admin/security.h"
#include "millrace/admin/topics.h"
#include "millrace/admin/transactions.h"
#include "millrace/future.h"
#include "millrace/loop.h"

namespace millrace::client {

// Looks after a cluster: topics, settings, groups, quorum. Every call returns a Future: get() it, give it a callback
// with then(), or co_await it. Calls may overlap. Any thread.
//
// A call fails as a whole (its Result) when nobody could be asked in time: Cause::network where no broker could be
// reached, Cause::timed_out with the last reason, Cause::unsupported_version where the brokers are too old,
// Cause::closed after close(). What failed for one of several things stands in its Item. Passing errors are tried again
// until the call's timeout.
//
// Move-only: on an Admin that was moved from every call fails with Cause::wrong_state, and close() does nothing.
class MILLRACE_API Admin {
 public:
  // Checks the settings and starts the client; connects with the first call. `loop`: where it lives, to share a
  // thread with other clients; none: a thread of its own. Cause::invalid_config names what is wrong.
  static Result<Admin> create(const AdminConfig& config, const Loop* loop = nullptr);
  Admin(Admin&&) noexcept;
  Admin& operator=(Admin&&) noexcept;
  // Closes.
  ~Admin();
  // Ends the connections; calls under way get Cause::closed. Idempotent.
  void close();

  // --- Topics and records ---

  // KIP-4. `validate_only`: nothing is created, all is checked.
  Future<Items<std::string, CreatedTopic>> create_topics(std::vector<NewTopic> topics, bool validate_only = false,
                                                         ChangeTopicsOptions options = {});
  // By name. UNKNOWN_TOPIC_OR_PARTITION for one that is not there.
  Future<Items<std::string>> delete_topics(std::vector<std::string> names, ChangeTopicsOptions options = {});
  // By id (KIP-516; brokers from Kafka 2.8).
  Future<Items<TopicId>> delete_topics(std::vector<TopicId> ids, ChangeTopicsOptions options = {});
  // By name; Kafka's own topics only with `internal`.
  Future<std::vector<ListedTopic>> list_topics(bool internal = false, AdminOptions options = {});
  // Topics with their partitions. UNKNOWN_TOPIC_OR_PARTITION for one that is not there.
  Future<Items<std::string, TopicDescription>> describe_topics(std::vector<std::string> names,
                                                               DescribeOptions options = {});
  // By id (KIP-516; brokers from Kafka 3.1).
  Future<Items<TopicId, TopicDescription>> describe_topics_by_id(std::vector<TopicId> ids,
                                                                 DescribeOptions options = {});
  // KIP-195. Adds partitions up to the totals.
  Future<Items<std::string>> create_partitions(std::map<std::string, MorePartitions> topics,
                                               bool validate_only = false, ChangeTopicsOptions options = {});
  // KIP-107. Removes what lies before each offset (-1: everything); the new first offset is the result.
  Future<Items<TopicPartition, std::int64_t>> delete_records(std::map<TopicPartition, std::int64_t> before,
                                                             AdminOptions options = {});
  // KIP-396. The first record at or after a time in ms, or what an OffsetSpec names.
  Future<Items<TopicPartition, FoundOffset>> list_offsets(std::map<TopicPartition, std::int64_t> specs,
                                                          Isolation isolation = Isolation::read_uncommitted,
                                                          AdminOptions options = {});

  // --- Settings ---

  // KIP-133. Settings of topics, brokers, groups and client-metrics subscriptions.
  Future<Items<ConfigResource, std::vector<ConfigEntry>>> describe_configs(std::vector<ConfigResource> resources,
                                                                           DescribeConfigsOptions options = {});
  // KIP-339; brokers from Kafka 2.3.
  Future<Items<ConfigResource>> alter_configs(std::vector<std::pair<ConfigResource, std::vector<AlterConfig>>> changes,
                                              bool validate_only = false, AdminOptions options = {});
  // KIP-1142. What has settings of the types; without types: of all. Types but client_metrics: Kafka 4.1.
  Future<std::vector<ConfigResource>> list_config_resources(std::vector<ConfigResourceType> types = {},
                                                            AdminOptions options = {});

  // --- Quotas and users ---

  // KIP-546. The quotas of the entities that fulfil every condition. `strict`: entities with further kinds do not.
  Future<std::map<QuotaEntity, QuotaValues>> describe_quotas(std::vector<QuotaFilter> conditions, bool strict = false,
                                                             AdminOptions options = {});
  // KIP-546. Sets and removes quotas. `validate_only`: nothing is changed, all is checked.
  Future<Items<QuotaEntity>> alter_quotas(std::vector<QuotaChange> changes, bool validate_only = false,
                                          AdminOptions options = {});
  // KIP-554. What is known of the users' credentials; without names: of all users that have some.
  Future<Items<std::string, std::vector<ScramCredential>>> describe_scram_users(std::vector<std::string> users = {},
                                                                                AdminOptions options = {});
  // By user: one credential of each can be changed in a call.
  Future<Items<std::string>> alter_scram_users(std::vector<ScramChange> changes, AdminOptions options = {});

  // --- Groups ---

  Future<std::vector<ListedGroup>> list_groups(ListGroupsOptions options = {});
  // Groups of every type.
  Future<Items<std::string, GroupDescription>> describe_groups(std::vector<std::string> ids,
                                                               DescribeOptions options = {});
  // NON_EMPTY_GROUP while it has members.
  Future<Items<std::string>> delete_groups(std::vector<std::string> ids, AdminOptions options = {});
  // The committed positions. `require_stable`: waits for transactions that are still open with some (KIP-447).
  Future<std::map<TopicPartition, OffsetAndMetadata>> list_group_offsets(std::string id, bool require_stable = false,
                                                                         ListGroupOffsetsOptions options = {});
  // The same of several groups at once: for each id the partitions that are asked for, or nullopt for all.
  Future<Items<std::string, std::map<TopicPartition, OffsetAndMetadata>>> list_offsets_of_groups(
      std::map<std::string, std::optional<std::vector<TopicPartition>>> groups, bool require_stable = false,
      AdminOptions options = {});
  // UNKNOWN_MEMBER_ID while the group has members.
  Future<Items<TopicPartition>> alter_group_offsets(std::string id, std::map<TopicPartition, OffsetAndMetadata> offsets,
                                                    AdminOptions options = {});
  // KIP-496.
  Future<Items<TopicPartition>> delete_group_offsets(std::string id, std::vector<TopicPartition> partitions,
                                                     AdminOptions options = {});
  // KIP-345. Removes static members by their group.instance.id.
  Future<Items<std::string>> remove_group_members(std::string id, std::vector<std::string> instances,
                                                  std::string reason = {}, AdminOptions options = {});

  // The same for all members, static or not; by their ids.
  Future<Items<std::string>> remove_all_group_members(std::string id, std::string reason = {},
                                                      AdminOptions options = {});
  // KIP-932. Where a share group reads on; without partitions: in all that it has read. Unread ones are left out.
  Future<std::map<TopicPartition, ShareOffset>> list_share_group_offsets(
      std::string id, std::optional<std::vector<TopicPartition>> partitions = std::nullopt, AdminOptions options = {});
  // KIP-932. NON_EMPTY_GROUP while the group has members.
  Future<Items<TopicPartition>> alter_share_group_offsets(std::string id,
                                                          std::map<TopicPartition, std::int64_t> offsets,
                                                          AdminOptions options = {});
  // KIP-932. By topic: the group forgets what it has read of it.
  Future<Items<std::string>> delete_share_group_offsets(std::string id, std::vector<std::string> topics,
                                                        AdminOptions options = {});

  // --- ACLs and delegation tokens ---

  // SECURITY_DISABLED where no authorizer is configured.
  Future<std::vector<Acl>> describe_acls(AclFilter filter = {}, AdminOptions options = {});
  // SECURITY_DISABLED too; one that is there already is no failure.
  Future<Items<Acl>> create_acls(std::vector<Acl> acls, AdminOptions options = {});
  // What each filter has deleted.
  Future<Items<AclFilter, Items<Acl>>> delete_acls(std::vector<AclFilter> filters, AdminOptions options = {});
  // KIP-48. DELEGATION_TOKEN_AUTH_DISABLED without delegation.token.secret.key, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED on
  // a connection that has not authenticated.
  Future<DelegationToken> create_delegation_token(NewDelegationToken token = {}, AdminOptions options = {});
  // The token's new end, in ms since 1970. `period`: from now; none: delegation.token.expiry.time.ms.
  Future<std::int64_t> renew_delegation_token(std::vector<std::byte> hmac,
                                              std::optional<std::chrono::milliseconds> period = std::nullopt,
                                              AdminOptions options = {});
  // The same; `period`: until it ends; none: it ends now.
  Future<std::int64_t> expire_delegation_token(std::vector<std::byte> hmac,
                                               std::optional<std::chrono::milliseconds> period = std::nullopt,
                                               AdminOptions options = {});
  // Those that this user may see; of these owners only, if any are named.
  Future<std::vector<DelegationToken>> describe_delegation_tokens(
      std::optional<std::vector<Principal>> owners = std::nullopt, AdminOptions options = {});

  // --- Producers and transactions ---

  // KIP-664. The producers that partitions remember, with their open transactions.
  Future<Items<TopicPartition, std::vector<ProducerState>>> describe_producers(std::vector<TopicPartition> partitions,
                                                                               DescribeProducersOptions options = {});
  // KIP-664. Of all coordinators. Cause::invalid_argument for a state that brokers do not know.
  Future<std::vector<ListedTransaction>> list_transactions(ListTransactionsOptions filters = {},
                                                           AdminOptions options = {});
  // KIP-664. TRANSACTIONAL_ID_NOT_FOUND for an id that was never used, or has expired.
  Future<Items<std::string, TransactionDescription>> describe_transactions(std::vector<std::string> ids,
                                                                           AdminOptions options = {});
  // KIP-664. Ends a transaction that its coordinator has forgotten, in one partition.
  Future<void> abort_transaction(HangingTransaction hanging, AdminOptions options = {});
  // KIP-618. Takes the ids away from the producers that use them, and aborts their open transactions.
  Future<Items<std::string, FencedProducer>> fence_producers(std::vector<std::string> ids, AdminOptions options = {});

  // KIP-939. The same for one id whose transaction is prepared and left by its program.
  Future<void> force_terminate_transaction(std::string id, AdminOptions options = {});

  // --- The cluster ---

  // `fenced`: brokers that are registered but not working too (KIP-1073).
  Future<ClusterDescription> describe_cluster(bool fenced = false, DescribeOptions options = {});
  // KIP-836.
  Future<QuorumDescription> describe_quorum(AdminOptions options = {});
  // KIP-853. Makes a controller a voter of the quorum. DUPLICATE_VOTER if it is one.
  Future<void> add_voter(std::int32_t id, TopicId directory, std::vector<QuorumEndpoint> endpoints,
                         VoterOptions options = {});
  // KIP-853. The other way round; VOTER_NOT_FOUND if it is none.
  Future<void> remove_voter(std::int32_t id, TopicId directory, VoterOptions options = {});
  // KIP-35. Which versions of which APIs each broker offers.
  Future<Items<Node, std::vector<OfferedApi>>> describe_versions(AdminOptions options = {});
  // KIP-584. `node`: what this broker says (of bootstrap.controllers: this controller), whatever others support
  // (KIP-1160); none: anybody. Cause::network if the cluster does not have it.
  Future<FeatureDescription> describe_features(std::optional<std::int32_t> node = std::nullopt,
                                               AdminOptions options = {});
  // KIP-584. Raises, lowers or removes the levels of features. `validate_only`: nothing is changed, all is checked.
  Future<Items<std::string>> update_features(std::vector<FeatureUpdate> updates, bool validate_only = false,
                                             AdminOptions options = {});
  // KIP-631. For a broker that is gone for good.
  Future<void> unregister_broker(std::int32_t broker, AdminOptions options = {});
  // KIP-113. Of these brokers; none: of all.
  Future<Items<std::int32_t, std::vector<LogDirectory>>> describe_log_dirs(std::vector<std::int32_t> brokers = {},
                                                                           AdminOptions options = {});
  // KIP-113. Of these replicas only. UNKNOWN_TOPIC_OR_PARTITION where the broker has none of the partition.
  Future<Items<BrokerReplica, ReplicaDirectories>> describe_replica_log_dirs(std::vector<BrokerReplica> replicas,
                                                                             AdminOptions options = {});
  // KIP-113. Moves replicas to other log directories of their brokers; answered when the move is begun.
  Future<Items<BrokerReplica>> move_replicas(std::map<BrokerReplica, std::string> directories,
                                             AdminOptions options = {});
  // KIP-460. Without partitions: of all that need it.
  Future<Items<TopicPartition>> elect_leaders(Election kind, std::vector<TopicPartition> partitions = {},
                                              AdminOptions options = {});
  // KIP-455. Replicas to move to; none: the move under way is cancelled. Unless `factor_may_change`, a partition that
  // would have another number of replicas is refused (KIP-860; Kafka 4.1).
  Future<Items<TopicPartition>> alter_reassignments(
      std::map<TopicPartition, std::optional<std::vector<std::int32_t>>> targets, bool factor_may_change = true,
      AdminOptions options = {});
  // KIP-455. Of these partitions; none: of all.
  Future<std::map<TopicPartition, Reassignment>> list_reassignments(
      std::optional<std::vector<TopicPartition>> partitions = std::nullopt, AdminOptions options = {});

  // --- For tools ---

  // By which id the brokers tell this client's pushed metrics from others' (KIP-714); 22 characters, as Kafka prints
  // ids. Cause::wrong_state without enable.metrics.push=true, Cause::unsupported_version where nobody collects metrics.
  Future<std::string> client_instance_id(AdminOptions options = {});

  // One request as bytes, sent once: nothing of the answer is looked at, and nothing is tried again.
  Future<RawAnswer> send_raw(RawRequest request, AdminOptions options = {});

 private:
  class Impl;
  explicit Admin(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::client
