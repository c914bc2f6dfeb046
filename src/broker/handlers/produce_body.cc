#include "broker/handlers/produce_body.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::broker {
namespace {

using Topic = protocol::ProduceRequest::TopicProduceData;
using Partitions = std::vector<protocol::ProduceRequest::PartitionProduceData>;

void unite_topics(std::vector<Topic>& topics) {
  std::map<std::pair<std::string_view, Uuid>, std::size_t> places;
  std::vector<Topic> united;
  for (Topic& topic : topics) {
    if (topic.partition_data.empty()) continue;
    const auto [at, first] = places.try_emplace({topic.name, topic.topic_id}, united.size());
    if (first) {
      united.push_back(std::move(topic));
      continue;
    }
    Partitions& partitions = united[at->second].partition_data;
    partitions.insert(partitions.end(), topic.partition_data.begin(), topic.partition_data.end());
  }
  topics = std::move(united);
}

void unite_partitions(Partitions& partitions) {
  std::map<std::int32_t, std::size_t> places;
  Partitions united;
  for (auto& partition : partitions) {
    const auto [at, first] = places.try_emplace(partition.index, united.size());
    if (first) {
      united.push_back(partition);
    } else {
      united[at->second] = partition;
    }
  }
  partitions = std::move(united);
}

// Clients name partitions in any order, most of them in rising order: no memory is asked for then.
bool rises(const Partitions& partitions) {
  return std::ranges::adjacent_find(partitions, [](const auto& a, const auto& b) { return a.index >= b.index; }) ==
         partitions.end();
}

}  // namespace

void name_once(protocol::ProduceRequest& body) {
  if (body.topic_data.size() > 1 || (body.topic_data.size() == 1 && body.topic_data[0].partition_data.empty())) {
    unite_topics(body.topic_data);
  }
  for (Topic& topic : body.topic_data) {
    if (!rises(topic.partition_data)) unite_partitions(topic.partition_data);
  }
}

}  // namespace millrace::broker
