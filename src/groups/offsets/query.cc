#include "groups/offsets/query.h"

#include <utility>

#include "base/assert.h"
#include "protocol/message.h"

namespace millrace::groups {

namespace {

constexpr std::int16_t kFirstWithGroups = 8;

template <typename Topics>
void add_topics(const std::optional<Topics>& topics, OffsetQuery& query) {
  query.all_topics = !topics;
  if (!topics) return;
  for (const auto& topic : *topics) {
    OffsetQuery::Topic& mine = query.topics.emplace_back();
    mine.name = topic.name;
    if constexpr (requires { topic.topic_id; }) mine.id = topic.topic_id;
    mine.partitions = topic.partition_indexes;
  }
}

template <typename Partition>
void add_partitions(const OffsetAnswer::Topic& topic, std::vector<Partition>& out) {
  for (const OffsetAnswer::Partition& partition : topic.partitions) {
    out.push_back({partition.index, partition.offset, partition.leader_epoch, partition.metadata, partition.error});
  }
}

}  // namespace

std::vector<OffsetQuery> split_offset_fetch(const protocol::OffsetFetchRequest& request, std::int16_t version) {
  std::vector<OffsetQuery> queries;
  if (version < kFirstWithGroups) {
    OffsetQuery& query = queries.emplace_back();
    query.group_id = request.group_id;
    add_topics(request.topics, query);
  }
  for (const auto& group : request.groups) {
    OffsetQuery& query = queries.emplace_back();
    query.group_id = group.group_id;
    if (group.member_id) query.member_id = *group.member_id;
    query.member_epoch = group.member_epoch;
    add_topics(group.topics, query);
  }
  for (OffsetQuery& query : queries) {
    query.require_stable = request.require_stable;
    query.version = version;
  }
  return queries;
}

Buffer encode_offset_fetch(const std::vector<OffsetAnswer>& answers, std::int16_t version) {
  protocol::OffsetFetchResponse response;
  if (version < kFirstWithGroups) {
    MR_ASSERT(answers.size() == 1);
    response.error_code = answers.front().error;
    for (const OffsetAnswer::Topic& topic : answers.front().topics) {
      auto& out = response.topics.emplace_back();
      out.name = topic.name;
      add_partitions(topic, out.partitions);
    }
    return encode_body(response, version);
  }
  for (const OffsetAnswer& answer : answers) {
    auto& group = response.groups.emplace_back();
    group.group_id = answer.group_id;
    group.error_code = answer.error;
    for (const OffsetAnswer::Topic& topic : answer.topics) {
      auto& out = group.topics.emplace_back();
      out.name = topic.name;
      out.topic_id = topic.id;
      add_partitions(topic, out.partitions);
    }
  }
  return encode_body(response, version);
}

}  // namespace millrace::groups
