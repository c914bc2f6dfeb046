#pragma once

#include "client/admin/core.h"
#include "millrace/admin/topics.h"

// Operations on topics and their records. Each runs on the shard of `core`; `done` is called once, later. Arguments
// and results as include/millrace/admin.h says.
namespace millrace::client::admin {

// `patient`: what the quota of changes refuses is asked for again.
void create_topics(AdminCore& core, std::vector<NewTopic> topics, bool validate_only, bool patient, Millis timeout,
                   Done<Items<std::string, CreatedTopic>> done);
void delete_topics(AdminCore& core, std::vector<std::string> names, bool patient, Millis timeout,
                   Done<Items<std::string>> done);
void delete_topics_by_id(AdminCore& core, std::vector<TopicId> ids, bool patient, Millis timeout,
                         Done<Items<TopicId>> done);
void list_topics(AdminCore& core, bool internal, Millis timeout, Done<std::vector<ListedTopic>> done);
void describe_topics(AdminCore& core, std::vector<std::string> names, bool authorized, Millis timeout,
                     Done<Items<std::string, TopicDescription>> done);
void describe_topics_by_id(AdminCore& core, std::vector<TopicId> ids, bool authorized, Millis timeout,
                           Done<Items<TopicId, TopicDescription>> done);
void create_partitions(AdminCore& core, std::map<std::string, MorePartitions> topics, bool validate_only, bool patient,
                       Millis timeout, Done<Items<std::string>> done);
void delete_records(AdminCore& core, std::map<TopicPartition, std::int64_t> before, Millis timeout,
                    Done<Items<TopicPartition, std::int64_t>> done);
void list_offsets(AdminCore& core, std::map<TopicPartition, std::int64_t> specs, Isolation isolation, Millis timeout,
                  Done<Items<TopicPartition, FoundOffset>> done);

}  // namespace millrace::client::admin
