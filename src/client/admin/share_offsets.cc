#include "client/admin/groups.h"
#include "protocol/gen/alter_share_group_offsets.h"
#include "protocol/gen/delete_share_group_offsets.h"
#include "protocol/gen/describe_share_group_offsets.h"

// Where share groups begin to read (KIP-932).
namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

Target coordinator(const std::string& group) { return Target::coordinator(CoordinatorType::group, group); }

}  // namespace

void list_share_group_offsets(AdminCore& core, std::string id, std::optional<std::vector<TopicPartition>> partitions,
                              Millis timeout, Done<ShareOffsets> done) {
  std::optional<std::map<std::string, std::vector<std::int32_t>>> topics;
  if (partitions) topics = by_topic(*partitions);
  ask<ShareOffsets, DescribeShareGroupOffsetsResponse, DescribeShareGroupOffsetsRequest>(
      core, coordinator(id), timeout,
      [id, topics = std::move(topics)](std::int16_t) {
        DescribeShareGroupOffsetsRequest request;
        auto& group = request.groups.emplace_back();
        group.group_id = id;
        if (!topics) {
          group.topics.reset();
        } else {
          for (const auto& [topic, indexes] : *topics) group.topics->push_back({topic, indexes});
        }
        return request;
      },
      [](const Answer<DescribeShareGroupOffsetsResponse>& answer) {
        return answer.body.groups.empty() ? Errc::none : from_wire(answer.body.groups.front().error_code);
      },
      [id](const Answer<DescribeShareGroupOffsetsResponse>& answer) -> Result<ShareOffsets> {
        const std::string what = "reading the offsets of share group " + id;
        if (answer.body.groups.empty()) return broker_error(Errc::group_id_not_found, what);
        const auto& group = answer.body.groups.front();
        const auto status = broker_status(group.error_code, what, text(group.error_message));
        if (!status.ok()) return status.error();
        ShareOffsets offsets;
        for (const auto& topic : group.topics) {
          for (const auto& part : topic.partitions) {
            if (part.error_code != 0) return broker_error(from_wire(part.error_code), what, text(part.error_message));
            if (part.start_offset < 0) continue;  // nothing was read of it
            ShareOffset& to = offsets[{std::string(topic.topic_name), part.partition_index}];
            to.start_offset = part.start_offset;
            if (part.leader_epoch > 0) to.leader_epoch = part.leader_epoch;
            if (part.lag >= 0) to.lag = part.lag;
          }
        }
        return offsets;
      },
      std::move(done));
}

void alter_share_group_offsets(AdminCore& core, std::string id, std::map<TopicPartition, std::int64_t> offsets,
                               Millis timeout, Done<Items<TopicPartition>> done) {
  ask<Items<TopicPartition>, AlterShareGroupOffsetsResponse, AlterShareGroupOffsetsRequest>(
      core, coordinator(id), timeout,
      [id, offsets = std::move(offsets)](std::int16_t) {
        AlterShareGroupOffsetsRequest request;
        request.group_id = id;
        for (const auto& [partition, offset] : offsets) {
          if (request.topics.empty() || request.topics.back().topic_name != partition.topic) {
            request.topics.emplace_back().topic_name = partition.topic;
          }
          request.topics.back().partitions.push_back({partition.partition, offset});
        }
        return request;
      },
      by_code,
      [id](const Answer<AlterShareGroupOffsetsResponse>& answer) -> Result<Items<TopicPartition>> {
        const std::string what = "changing the offsets of share group " + id;
        const auto status = broker_status(answer.body.error_code, what, text(answer.body.error_message));
        if (!status.ok()) return status.error();
        Items<TopicPartition> items;
        for (const auto& topic : answer.body.responses) {
          for (const auto& part : topic.partitions) {
            items.push_back({{std::string(topic.topic_name), part.partition_index},
                             broker_status(part.error_code, what, text(part.error_message))});
          }
        }
        return items;
      },
      std::move(done));
}

void delete_share_group_offsets(AdminCore& core, std::string id, std::vector<std::string> topics, Millis timeout,
                                Done<Items<std::string>> done) {
  ask<Items<std::string>, DeleteShareGroupOffsetsResponse, DeleteShareGroupOffsetsRequest>(
      core, coordinator(id), timeout,
      [id, topics = std::move(topics)](std::int16_t) {
        DeleteShareGroupOffsetsRequest request;
        request.group_id = id;
        for (const auto& topic : topics) request.topics.push_back({topic});
        return request;
      },
      by_code,
      [id](const Answer<DeleteShareGroupOffsetsResponse>& answer) -> Result<Items<std::string>> {
        const std::string what = "deleting offsets of share group " + id;
        const auto status = broker_status(answer.body.error_code, what, text(answer.body.error_message));
        if (!status.ok()) return status.error();
        Items<std::string> items;
        for (const auto& topic : answer.body.responses) {
          items.push_back({std::string(topic.topic_name),
                           broker_status(topic.error_code, what, text(topic.error_message))});
        }
        return items;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
