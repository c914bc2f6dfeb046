#pragma once

#include "client/admin/core.h"
#include "millrace/admin/groups.h"

// Operations on groups and their positions; conventions as in topics.h.
namespace millrace::client::admin {

using Positions = std::map<TopicPartition, OffsetAndMetadata>;

void list_groups(AdminCore& core, ListGroupsOptions options, Millis timeout, Done<std::vector<ListedGroup>> done);
void describe_groups(AdminCore& core, std::vector<std::string> ids, bool authorized, Millis timeout,
                     Done<Items<std::string, GroupDescription>> done);
void delete_groups(AdminCore& core, std::vector<std::string> ids, Millis timeout, Done<Items<std::string>> done);
using SomePartitions = std::optional<std::vector<TopicPartition>>;
void list_group_offsets(AdminCore& core, std::string id, bool require_stable, SomePartitions partitions,
                        Millis timeout, Done<Positions> done);
using GroupsOffsets = std::map<std::string, SomePartitions>;
void list_offsets_of_groups(AdminCore& core, GroupsOffsets groups, bool require_stable, Millis timeout,
                            Done<Items<std::string, Positions>> done);
void alter_group_offsets(AdminCore& core, std::string id, Positions offsets, Millis timeout,
                         Done<Items<TopicPartition>> done);
void delete_group_offsets(AdminCore& core, std::string id, std::vector<TopicPartition> partitions, Millis timeout,
                          Done<Items<TopicPartition>> done);
using ShareOffsets = std::map<TopicPartition, ShareOffset>;
void list_share_group_offsets(AdminCore& core, std::string id, std::optional<std::vector<TopicPartition>> partitions,
                              Millis timeout, Done<ShareOffsets> done);
void alter_share_group_offsets(AdminCore& core, std::string id, std::map<TopicPartition, std::int64_t> offsets,
                               Millis timeout, Done<Items<TopicPartition>> done);
void delete_share_group_offsets(AdminCore& core, std::string id, std::vector<std::string> topics, Millis timeout,
                                Done<Items<std::string>> done);
void remove_all_group_members(AdminCore& core, std::string id, std::string reason, Millis timeout,
                              Done<Items<std::string>> done);
void remove_group_members(AdminCore& core, std::string id, std::vector<std::string> instances, std::string reason,
                          Millis timeout, Done<Items<std::string>> done);

}  // namespace millrace::client::admin
