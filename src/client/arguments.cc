#include "client/arguments.h"

#include <fmt/format.h>

#include "client/errors.h"
#include "client/limits.h"

namespace millrace::client {
namespace {

Error refused(std::string_view call, std::string what) {
  return local_error(Cause::invalid_argument, fmt::format("{} got {}", call, what));
}

}  // namespace

Status check_topic(std::string_view call, std::string_view topic) {
  if (topic.empty()) return refused(call, "an empty topic name");
  if (topic.size() > kTopicNameBytes) {
    return refused(call, fmt::format("a topic name of {} bytes; none is longer than {}", topic.size(),
                                     kTopicNameBytes));
  }
  return {};
}

Status check_partition(std::string_view call, const TopicPartition& partition) {
  if (Status topic = check_topic(call, partition.topic); !topic) return topic;
  if (partition.partition >= 0) return {};
  return refused(call, fmt::format("partition {} of topic {}; partitions are numbered from 0", partition.partition,
                                   partition.topic));
}

Status check_offsets(std::string_view call, const Offsets& offsets) {
  for (const auto& [partition, position] : offsets) {
    if (Status usable = check_partition(call, partition); !usable) return usable;
    if (position.offset < 0 || position.leader_epoch.value_or(0) < 0) {
      return refused(call, fmt::format("a negative {} for {}-{}", position.offset < 0 ? "offset" : "leader epoch",
                                       partition.topic, partition.partition));
    }
  }
  return {};
}

Status check_times(std::string_view call, const std::map<TopicPartition, std::int64_t>& times) {
  for (const auto& [partition, time] : times) {
    if (Status usable = check_partition(call, partition); !usable) return usable;
    if (time < 0) {
      return refused(call, fmt::format("time {} for {}-{}; for the ends of partitions there are beginning_offsets() "
                                       "and end_offsets()", time, partition.topic, partition.partition));
    }
  }
  return {};
}

Status check_record(const Record& record) {
  if (Status topic = check_topic("send()", record.topic); !topic) return topic;
  if (record.timestamp_ms.value_or(0) >= 0) return {};
  return refused("send()", fmt::format("timestamp {}; they count from 1970, and none means now", *record.timestamp_ms));
}

}  // namespace millrace::client
