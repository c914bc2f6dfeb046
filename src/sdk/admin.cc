#include "millrace/admin.h"

#include "client/admin/cluster_ops.h"
#include "client/admin/configs.h"
#include "client/admin/groups.h"
#include "client/admin/quotas.h"
#include "client/admin/raw.h"
#include "client/admin/topics.h"
#include "client/settings.h"
#include "sdk/admin_impl.h"
#include "sdk/connection.h"

namespace millrace::client {

Result<Admin> Admin::create(const AdminConfig& config, const Loop* loop) {
  auto settings = Settings::read(config::Scope::admin, config);
  if (!settings) return settings.error();
  auto options = connection_options(*settings, config);
  if (!options) return options.error();
  auto host = host_for(loop);
  if (!host) return host.error();
  auto impl = std::make_shared<Impl>(*std::move(host));
  impl->resident().make(*std::move(options), settings->millis("default.api.timeout.ms"),
                        static_cast<std::uint32_t>(settings->whole("retries")));
  return Admin(std::move(impl));
}

Admin::Admin(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::Admin(Admin&&) noexcept = default;
Admin& Admin::operator=(Admin&&) noexcept = default;
Admin::~Admin() = default;

void Admin::close() {
  if (impl_) impl_->resident().close();
}

Future<Items<std::string, CreatedTopic>> Admin::create_topics(std::vector<NewTopic> topics, bool validate_only,
                                                              ChangeTopicsOptions options) {
  return run<Items<std::string, CreatedTopic>>(impl_, options, admin::create_topics, std::move(topics), validate_only,
                                               options.retry_on_quota_violation);
}

Future<Items<std::string>> Admin::delete_topics(std::vector<std::string> names, ChangeTopicsOptions options) {
  return run<Items<std::string>>(impl_, options, admin::delete_topics, std::move(names),
                                 options.retry_on_quota_violation);
}

Future<Items<TopicId>> Admin::delete_topics(std::vector<TopicId> ids, ChangeTopicsOptions options) {
  return run<Items<TopicId>>(impl_, options, admin::delete_topics_by_id, std::move(ids),
                             options.retry_on_quota_violation);
}

Future<std::vector<ListedTopic>> Admin::list_topics(bool internal, AdminOptions options) {
  return run<std::vector<ListedTopic>>(impl_, options, admin::list_topics, internal);
}

Future<Items<std::string, TopicDescription>> Admin::describe_topics(std::vector<std::string> names,
                                                                    DescribeOptions options) {
  return run<Items<std::string, TopicDescription>>(impl_, options, admin::describe_topics, std::move(names),
                                                   options.authorized_operations);
}

Future<Items<TopicId, TopicDescription>> Admin::describe_topics_by_id(std::vector<TopicId> ids,
                                                                      DescribeOptions options) {
  return run<Items<TopicId, TopicDescription>>(impl_, options, admin::describe_topics_by_id, std::move(ids),
                                               options.authorized_operations);
}

Future<Items<std::string>> Admin::create_partitions(std::map<std::string, MorePartitions> topics, bool validate_only,
                                                    ChangeTopicsOptions options) {
  return run<Items<std::string>>(impl_, options, admin::create_partitions, std::move(topics), validate_only,
                                 options.retry_on_quota_violation);
}

Future<Items<TopicPartition, std::int64_t>> Admin::delete_records(std::map<TopicPartition, std::int64_t> before,
                                                                  AdminOptions options) {
  return run<Items<TopicPartition, std::int64_t>>(impl_, options, admin::delete_records, std::move(before));
}

Future<Items<TopicPartition, FoundOffset>> Admin::list_offsets(std::map<TopicPartition, std::int64_t> specs,
                                                               Isolation isolation, AdminOptions options) {
  return run<Items<TopicPartition, FoundOffset>>(impl_, options, admin::list_offsets, std::move(specs), isolation);
}

Future<Items<ConfigResource, std::vector<ConfigEntry>>> Admin::describe_configs(std::vector<ConfigResource> resources,
                                                                                DescribeConfigsOptions options) {
  return run<admin::ConfigItems>(impl_, options, admin::describe_configs, std::move(resources), options);
}

Future<Items<ConfigResource>> Admin::alter_configs(
    std::vector<std::pair<ConfigResource, std::vector<AlterConfig>>> changes, bool validate_only,
    AdminOptions options) {
  return run<Items<ConfigResource>>(impl_, options, admin::alter_configs, std::move(changes), validate_only);
}

Future<std::vector<ConfigResource>> Admin::list_config_resources(std::vector<ConfigResourceType> types,
                                                                 AdminOptions options) {
  return run<std::vector<ConfigResource>>(impl_, options, admin::list_config_resources, std::move(types));
}

Future<std::map<QuotaEntity, QuotaValues>> Admin::describe_quotas(std::vector<QuotaFilter> conditions, bool strict,
                                                                  AdminOptions options) {
  return run<admin::Quotas>(impl_, options, admin::describe_quotas, std::move(conditions), strict);
}

Future<Items<QuotaEntity>> Admin::alter_quotas(std::vector<QuotaChange> changes, bool validate_only,
                                               AdminOptions options) {
  return run<Items<QuotaEntity>>(impl_, options, admin::alter_quotas, std::move(changes), validate_only);
}

Future<Items<std::string, std::vector<ScramCredential>>> Admin::describe_scram_users(std::vector<std::string> users,
                                                                                     AdminOptions options) {
  return run<admin::ScramUsers>(impl_, options, admin::describe_scram_users, std::move(users));
}

Future<Items<std::string>> Admin::alter_scram_users(std::vector<ScramChange> changes, AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::alter_scram_users, std::move(changes));
}

Future<std::vector<ListedGroup>> Admin::list_groups(ListGroupsOptions options) {
  return run<std::vector<ListedGroup>>(impl_, options, admin::list_groups, options);
}

Future<Items<std::string, GroupDescription>> Admin::describe_groups(std::vector<std::string> ids,
                                                                    DescribeOptions options) {
  return run<Items<std::string, GroupDescription>>(impl_, options, admin::describe_groups, std::move(ids),
                                                   options.authorized_operations);
}

Future<Items<std::string>> Admin::delete_groups(std::vector<std::string> ids, AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::delete_groups, std::move(ids));
}

Future<std::map<TopicPartition, OffsetAndMetadata>> Admin::list_group_offsets(std::string id, bool require_stable,
                                                                              ListGroupOffsetsOptions options) {
  return run<admin::Positions>(impl_, options, admin::list_group_offsets, std::move(id), require_stable,
                               std::move(options.partitions));
}

Future<Items<std::string, std::map<TopicPartition, OffsetAndMetadata>>> Admin::list_offsets_of_groups(
    std::map<std::string, std::optional<std::vector<TopicPartition>>> groups, bool require_stable,
    AdminOptions options) {
  return run<Items<std::string, admin::Positions>>(impl_, options, admin::list_offsets_of_groups, std::move(groups),
                                                   require_stable);
}

Future<Items<TopicPartition>> Admin::alter_group_offsets(std::string id,
                                                         std::map<TopicPartition, OffsetAndMetadata> offsets,
                                                         AdminOptions options) {
  return run<Items<TopicPartition>>(impl_, options, admin::alter_group_offsets, std::move(id), std::move(offsets));
}

Future<Items<TopicPartition>> Admin::delete_group_offsets(std::string id, std::vector<TopicPartition> partitions,
                                                          AdminOptions options) {
  return run<Items<TopicPartition>>(impl_, options, admin::delete_group_offsets, std::move(id), std::move(partitions));
}

Future<Items<std::string>> Admin::remove_group_members(std::string id, std::vector<std::string> instances,
                                                       std::string reason, AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::remove_group_members, std::move(id), std::move(instances),
                                        std::move(reason));
}

Future<Items<std::string>> Admin::remove_all_group_members(std::string id, std::string reason, AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::remove_all_group_members, std::move(id), std::move(reason));
}

Future<std::map<TopicPartition, ShareOffset>> Admin::list_share_group_offsets(
    std::string id, std::optional<std::vector<TopicPartition>> partitions, AdminOptions options) {
  return run<admin::ShareOffsets>(impl_, options, admin::list_share_group_offsets, std::move(id),
                                         std::move(partitions));
}

Future<Items<TopicPartition>> Admin::alter_share_group_offsets(std::string id,
                                                               std::map<TopicPartition, std::int64_t> offsets,
                                                               AdminOptions options) {
  return run<Items<TopicPartition>>(impl_, options, admin::alter_share_group_offsets, std::move(id),
                                           std::move(offsets));
}

Future<Items<std::string>> Admin::delete_share_group_offsets(std::string id, std::vector<std::string> topics,
                                                             AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::delete_share_group_offsets, std::move(id), std::move(topics));
}

Future<std::string> Admin::client_instance_id(AdminOptions options) {
  return run<std::string>(impl_, options, [](AdminCore& core, Millis timeout, auto done) {
    instance_id(core.reporter.get(), timeout, std::move(done));
  });
}

Future<RawAnswer> Admin::send_raw(RawRequest request, AdminOptions options) {
  return run<RawAnswer>(impl_, options, admin::send_raw, std::move(request));
}

Future<ClusterDescription> Admin::describe_cluster(bool fenced, DescribeOptions options) {
  return run<ClusterDescription>(impl_, options, admin::describe_cluster_with, fenced, options.authorized_operations);
}

Future<QuorumDescription> Admin::describe_quorum(AdminOptions options) {
  return run<QuorumDescription>(impl_, options, admin::describe_quorum);
}

Future<void> Admin::add_voter(std::int32_t id, TopicId directory, std::vector<QuorumEndpoint> endpoints,
                              VoterOptions options) {
  return run<void>(impl_, options, admin::add_voter, id, directory, std::move(endpoints),
                   std::move(options.cluster_id));
}

Future<void> Admin::remove_voter(std::int32_t id, TopicId directory, VoterOptions options) {
  return run<void>(impl_, options, admin::remove_voter, id, directory, std::move(options.cluster_id));
}

Future<Items<Node, std::vector<OfferedApi>>> Admin::describe_versions(AdminOptions options) {
  return run<Items<Node, std::vector<OfferedApi>>>(impl_, options, admin::describe_versions);
}

Future<FeatureDescription> Admin::describe_features(std::optional<std::int32_t> node, AdminOptions options) {
  return run<FeatureDescription>(impl_, options, admin::describe_features, node);
}

Future<Items<std::string>> Admin::update_features(std::vector<FeatureUpdate> updates, bool validate_only,
                                                  AdminOptions options) {
  return run<Items<std::string>>(impl_, options, admin::update_features, std::move(updates), validate_only);
}

Future<void> Admin::unregister_broker(std::int32_t broker, AdminOptions options) {
  return run<void>(impl_, options, admin::unregister_broker, broker);
}

Future<Items<std::int32_t, std::vector<LogDirectory>>> Admin::describe_log_dirs(std::vector<std::int32_t> brokers,
                                                                                AdminOptions options) {
  return run<Items<std::int32_t, std::vector<LogDirectory>>>(impl_, options, admin::describe_log_dirs,
                                                                    std::move(brokers));
}

Future<Items<BrokerReplica, ReplicaDirectories>> Admin::describe_replica_log_dirs(std::vector<BrokerReplica> replicas,
                                                                                  AdminOptions options) {
  return run<Items<BrokerReplica, ReplicaDirectories>>(impl_, options, admin::describe_replica_log_dirs,
                                                              std::move(replicas));
}

Future<Items<BrokerReplica>> Admin::move_replicas(std::map<BrokerReplica, std::string> directories,
                                                  AdminOptions options) {
  return run<Items<BrokerReplica>>(impl_, options, admin::move_replicas, std::move(directories));
}

Future<Items<TopicPartition>> Admin::elect_leaders(Election kind, std::vector<TopicPartition> partitions,
                                                   AdminOptions options) {
  return run<Items<TopicPartition>>(impl_, options, admin::elect_leaders, kind, std::move(partitions));
}

Future<Items<TopicPartition>> Admin::alter_reassignments(
    std::map<TopicPartition, std::optional<std::vector<std::int32_t>>> targets, bool factor_may_change,
    AdminOptions options) {
  return run<Items<TopicPartition>>(impl_, options, admin::alter_reassignments, std::move(targets), factor_may_change);
}

Future<std::map<TopicPartition, Reassignment>> Admin::list_reassignments(
    std::optional<std::vector<TopicPartition>> partitions, AdminOptions options) {
  return run<std::map<TopicPartition, Reassignment>>(impl_, options, admin::list_reassignments, std::move(partitions));
}

}  // namespace millrace::client
