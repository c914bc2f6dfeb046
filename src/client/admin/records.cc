#include <algorithm>

#include "client/admin/leaders.h"
#include "client/admin/topics.h"
#include "protocol/gen/delete_records.h"
#include "protocol/gen/list_offsets.h"

// What goes to the leaders of partitions.
namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

std::vector<TopicPartition> keys(const std::map<TopicPartition, std::int64_t>& map) {
  std::vector<TopicPartition> result;
  for (const auto& [partition, value] : map) result.push_back(partition);
  return result;
}

}  // namespace

void delete_records(AdminCore& core, std::map<TopicPartition, std::int64_t> before, Millis timeout,
                    Done<Items<TopicPartition, std::int64_t>> done) {
  using All = Items<TopicPartition, std::int64_t>;
  auto partitions = keys(before);
  to_leaders<std::int64_t>(
      core, std::move(partitions), timeout, std::move(done),
      [&core, before = std::move(before), timeout](NodeId leader, const std::vector<TopicPartition>& led,
                                                   Done<All> told) {
        std::map<TopicPartition, std::int64_t> offsets;
        for (const auto& partition : led) offsets[partition] = before.at(partition);
        ask_leader<All, DeleteRecordsResponse, DeleteRecordsRequest>(
            core, leader, timeout,
            [topics = by_topic(led), offsets = std::move(offsets), timeout](std::int16_t) {
              DeleteRecordsRequest request;
              request.timeout_ms = static_cast<std::int32_t>(std::min<std::int64_t>(timeout.value(), 0x7fffffff));
              for (const auto& [topic, indexes] : topics) {
                auto& entry = request.topics.emplace_back();
                entry.name = topic;
                for (const auto index : indexes) entry.partitions.push_back({index, offsets.at({topic, index})});
              }
              return request;
            },
            [](const Answer<DeleteRecordsResponse>& answer) -> Result<All> {
              All items;
              for (const auto& topic : answer.body.topics) {
                for (const auto& partition : topic.partitions) {
                  const TopicPartition key{std::string(topic.name), partition.partition_index};
                  if (partition.error_code == 0) {
                    items.push_back({key, partition.low_watermark});
                  } else {
                    const Errc code = from_wire(partition.error_code);
                    items.push_back({key, broker_error(code, named("deleting records of", key))});
                  }
                }
              }
              return items;
            },
            std::move(told));
      });
}

namespace {

VersionRange offsets_versions(const std::map<TopicPartition, std::int64_t>& specs) {
  VersionRange versions = Cluster::stable_versions(ListOffsetsRequest::kApi);
  for (const auto& [partition, spec] : specs) {
    if (spec == OffsetSpec::kMaxTimestamp) versions.min = std::max<std::int16_t>(versions.min, 7);
    if (spec == OffsetSpec::kEarliestLocal) versions.min = std::max<std::int16_t>(versions.min, 8);
    if (spec < OffsetSpec::kEarliestLocal) versions.min = std::max<std::int16_t>(versions.min, 9);
    if (spec < OffsetSpec::kLatestTiered) versions.min = std::max<std::int16_t>(versions.min, 11);  // KIP-1023
  }
  return versions;
}

}  // namespace

void list_offsets(AdminCore& core, std::map<TopicPartition, std::int64_t> specs, Isolation isolation, Millis timeout,
                  Done<Items<TopicPartition, FoundOffset>> done) {
  using All = Items<TopicPartition, FoundOffset>;
  auto partitions = keys(specs);
  const VersionRange versions = offsets_versions(specs);
  to_leaders<FoundOffset>(
      core, std::move(partitions), timeout, std::move(done),
      [&core, specs = std::move(specs), isolation, timeout, versions](
          NodeId leader, const std::vector<TopicPartition>& led, Done<All> told) {
        ask_leader<All, ListOffsetsResponse, ListOffsetsRequest>(
            core, leader, timeout,
            [topics = by_topic(led), specs, isolation, timeout](std::int16_t) {
              ListOffsetsRequest request;
              request.replica_id = -1;
              request.isolation_level = static_cast<std::int8_t>(isolation);
              request.timeout_ms = static_cast<std::int32_t>(std::min<std::int64_t>(timeout.value(), 0x7fffffff));
              for (const auto& [topic, indexes] : topics) {
                auto& entry = request.topics.emplace_back();
                entry.name = topic;
                for (const auto index : indexes) entry.partitions.push_back({index, -1, specs.at({topic, index})});
              }
              return request;
            },
            [](const Answer<ListOffsetsResponse>& answer) -> Result<All> {
              All items;
              for (const auto& topic : answer.body.topics) {
                for (const auto& partition : topic.partitions) {
                  const TopicPartition key{std::string(topic.name), partition.partition_index};
                  if (partition.error_code == 0) {
                    items.push_back({key, FoundOffset{partition.offset, partition.timestamp, partition.leader_epoch}});
                  } else {
                    const Errc code = from_wire(partition.error_code);
                    items.push_back({key, broker_error(code, named("finding an offset of", key))});
                  }
                }
              }
              return items;
            },
            std::move(told),
            versions);
      });
}

}  // namespace millrace::client::admin
