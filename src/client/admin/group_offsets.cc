#include "client/admin/groups.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_delete.h"
#include "protocol/gen/offset_fetch.h"

// The positions that a group has committed. Versions that speak of topics by id are left to members, which know them.
namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

Target coordinator(const std::string& group) { return Target::coordinator(CoordinatorType::group, group); }

template <typename Topics>
Status collect(const Topics& topics, const std::string& id, Positions& into) {
  for (const auto& topic : topics) {
    for (const auto& from : topic.partitions) {
      const auto status = broker_status(from.error_code, "reading the positions of group " + id);
      if (!status.ok()) return status;
      if (from.committed_offset < 0) continue;
      OffsetAndMetadata position{from.committed_offset, std::nullopt, text(from.metadata)};
      if (from.committed_leader_epoch >= 0) position.leader_epoch = from.committed_leader_epoch;
      into[{std::string(topic.name), from.partition_index}] = std::move(position);
    }
  }
  return {};
}

Errc code_of(const Answer<OffsetFetchResponse>& answer) {
  if (answer.version < 8) return from_wire(answer.body.error_code);
  return answer.body.groups.empty() ? Errc::none : from_wire(answer.body.groups.front().error_code);
}

template <typename Response>
Items<TopicPartition> items_of(const Response& body, const std::string& what) {
  Items<TopicPartition> items;
  for (const auto& topic : body.topics) {
    for (const auto& from : topic.partitions) {
      items.push_back({{std::string(topic.name), from.partition_index}, broker_status(from.error_code, what)});
    }
  }
  return items;
}

}  // namespace

void list_group_offsets(AdminCore& core, std::string id, bool require_stable, SomePartitions partitions,
                        Millis timeout, Done<Positions> done) {
  VersionRange versions{2, 9};
  if (require_stable) versions.min = 7;
  ask<Positions, OffsetFetchResponse, OffsetFetchRequest>(
      core, coordinator(id), timeout,
      [id, require_stable, topics = by_topic(partitions.value_or(std::vector<TopicPartition>())),
       all = !partitions.has_value()](std::int16_t version) {
        const auto put = [&](auto& wanted) {
          if (all) return wanted.reset();
          for (const auto& [topic, indexes] : topics) {
            auto& entry = wanted->emplace_back();
            entry.name = topic;
            entry.partition_indexes = indexes;
          }
        };
        OffsetFetchRequest request;
        request.require_stable = require_stable;
        if (version < 8) {
          request.group_id = id;
          put(request.topics);
        } else {
          auto& group = request.groups.emplace_back();
          group.group_id = id;
          put(group.topics);
        }
        return request;
      },
      code_of,
      [id](const Answer<OffsetFetchResponse>& answer) -> Result<Positions> {
        const Errc code = code_of(answer);
        if (code != Errc::none) return broker_error(code, "reading the positions of group " + id);
        Positions positions;
        auto status = Status();
        if (answer.version < 8) {
          status = collect(answer.body.topics, id, positions);
        } else if (!answer.body.groups.empty()) {
          status = collect(answer.body.groups.front().topics, id, positions);
        }
        if (!status.ok()) return status.error();
        return positions;
      },
      std::move(done), versions);
}

void list_offsets_of_groups(AdminCore& core, GroupsOffsets groups, bool require_stable, Millis timeout,
                            Done<Items<std::string, Positions>> done) {
  const auto all = gather<Items<std::string, Positions>>(std::move(done));
  for (auto& [id, partitions] : groups) {
    list_group_offsets(core, id, require_stable, std::move(partitions), timeout,
                       [all, id](Result<Positions> found) { all->value.push_back({id, std::move(found)}); });
  }
}

void alter_group_offsets(AdminCore& core, std::string id, Positions offsets, Millis timeout,
                         Done<Items<TopicPartition>> done) {
  ask<Items<TopicPartition>, OffsetCommitResponse, OffsetCommitRequest>(
      core, coordinator(id), timeout,
      [id, offsets = std::move(offsets)](std::int16_t) {
        OffsetCommitRequest request;
        request.group_id = id;
        for (const auto& [partition, position] : offsets) {
          if (request.topics.empty() || request.topics.back().name != partition.topic) {
            request.topics.emplace_back().name = partition.topic;
          }
          auto& entry = request.topics.back().partitions.emplace_back();
          entry.partition_index = partition.partition;
          entry.committed_offset = position.offset;
          entry.committed_leader_epoch = position.leader_epoch.value_or(-1);
          entry.committed_metadata = position.metadata;
        }
        return request;
      },
      [](const Answer<OffsetCommitResponse>& answer) {
        const auto& topics = answer.body.topics;
        if (topics.empty() || topics.front().partitions.empty()) return Errc::none;
        return from_wire(topics.front().partitions.front().error_code);
      },
      [id](const Answer<OffsetCommitResponse>& answer) -> Result<Items<TopicPartition>> {
        return items_of(answer.body, "changing a position of group " + id);
      },
      std::move(done), VersionRange{2, 9});
}

void delete_group_offsets(AdminCore& core, std::string id, std::vector<TopicPartition> partitions, Millis timeout,
                          Done<Items<TopicPartition>> done) {
  ask<Items<TopicPartition>, OffsetDeleteResponse, OffsetDeleteRequest>(
      core, coordinator(id), timeout,
      [id, topics = by_topic(partitions)](std::int16_t) {
        OffsetDeleteRequest request;
        request.group_id = id;
        for (const auto& [topic, indexes] : topics) {
          auto& entry = request.topics.emplace_back();
          entry.name = topic;
          for (const auto index : indexes) entry.partitions.push_back({index});
        }
        return request;
      },
      by_code,
      [id](const Answer<OffsetDeleteResponse>& answer) -> Result<Items<TopicPartition>> {
        const auto status = broker_status(answer.body.error_code, "deleting positions of group " + id);
        if (!status.ok()) return status.error();
        return items_of(answer.body, "deleting a position of group " + id);
      },
      std::move(done));
}

}  // namespace millrace::client::admin
