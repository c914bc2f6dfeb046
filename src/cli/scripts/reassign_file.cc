// The files of kafka-reassign-partitions, and where --generate puts replicas.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "cli/scripts/json_fields.h"
#include "cli/scripts/reassign.h"

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kAnywhere = "any";

template <typename T>
std::vector<T> twice(std::vector<T> values) {
  std::ranges::sort(values);
  std::set<T> found;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] == values[i - 1]) found.insert(values[i]);
  }
  return {found.begin(), found.end()};
}

Result<std::vector<std::int32_t>, std::string> numbers(const Json& json, const char* name) {
  const auto entries = array_field(json, name);
  if (!entries) return entries.error();
  std::vector<std::int32_t> values;
  for (const Json& entry : **entries) {
    const auto value = number_value<std::int32_t>(entry);
    if (!value) return value.error();
    values.push_back(*value);
  }
  return values;
}

Result<std::vector<std::string>, Wrong> texts(const Json& json, const char* name) {
  const auto entries = array_field(json, name);
  if (!entries) return Wrong{entries.error()};
  std::vector<std::string> values;
  for (const Json& entry : **entries) {
    if (!entry.is_string()) return Wrong{"Expected `String` value, received " + entry.dump()};
    values.push_back(entry.get<std::string>());
  }
  return values;
}

Result<Json, std::string> parse_version_1(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::string("The input string is not a valid JSON");
  if (!json.is_object()) return "Expected JSON object, received " + json.dump();
  if (!json.contains("version")) return json;
  const auto version = number_field<std::int32_t>(json, "version");
  if (!version) return version.error();
  if (*version == 1) return json;
  return fmt::format("Not supported version field value {}", *version);
}

std::string partition_list(const std::vector<client::TopicPartition>& partitions) {
  std::vector<std::string> names;
  for (const auto& partition : partitions) names.push_back(text_of(partition));
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

std::string text_of(const client::BrokerReplica& replica) {
  return fmt::format("{}-{}", text_of(replica.partition), replica.broker);
}

Result<ReassignmentFile, std::string> parse_reassignment(const std::string& text) {
  const auto json = parse_version_1(text);
  if (!json) return json.error();
  ReassignmentFile file;
  if (!json->contains("partitions")) return file;
  const auto entries = array_field(*json, "partitions");
  if (!entries) return entries.error();
  for (const Json& entry : **entries) {
    const auto topic = text_field(entry, "topic");
    if (!topic) return topic.error().line;
    const auto number = number_field<std::int32_t>(entry, "partition");
    if (!number) return number.error();
    const auto replicas = numbers(entry, "replicas");
    if (!replicas) return replicas.error();
    const client::TopicPartition partition{*topic, *number};
    std::vector<std::string> directories(replicas->size(), std::string(kAnywhere));
    if (entry.contains("log_dirs")) {
      auto named = texts(entry, "log_dirs");
      if (!named) return named.error().line;
      directories = std::move(*named);
    }
    if (directories.size() != replicas->size()) {
      return fmt::format("Size of replicas list [{}] is different from size of log dirs list [{}] for partition {}",
                         fmt::join(*replicas, ", "), fmt::join(directories, ", "), text_of(partition));
    }
    for (std::size_t i = 0; i < replicas->size(); ++i) {
      if (directories[i] != kAnywhere) file.directories[{partition, (*replicas)[i]}] = directories[i];
    }
    file.partitions.emplace_back(partition, *replicas);
  }
  return file;
}

Result<ReassignmentFile, std::string> parse_execution(const std::string& text) {
  auto file = parse_reassignment(text);
  if (!file) return file;
  if (file->partitions.empty()) return std::string("Partition reassignment list cannot be empty");
  std::vector<client::TopicPartition> partitions;
  std::vector<std::string> repeated;
  for (const auto& [partition, replicas] : file->partitions) {
    if (replicas.empty()) return std::string("Partition replica list cannot be empty");
    partitions.push_back(partition);
    const auto again = twice(replicas);
    if (again.empty()) continue;
    repeated.push_back(fmt::format("{} contains multiple entries for {}", text_of(partition), fmt::join(again, ",")));
  }
  if (const auto again = twice(partitions); !again.empty()) {
    return "Partition reassignment contains duplicate topic partitions: " + partition_list(again);
  }
  if (repeated.empty()) return file;
  return fmt::format("Partition replica lists may not contain duplicate entries: {}", fmt::join(repeated, ". "));
}

Result<std::vector<std::string>, std::string> parse_topics(const std::string& text) {
  const auto json = parse_version_1(text);
  if (!json) return json.error();
  std::vector<std::string> topics;
  if (!json->contains("topics")) return topics;
  const auto entries = array_field(*json, "topics");
  if (!entries) return entries.error();
  for (const Json& entry : **entries) {
    const auto topic = text_field(entry, "topic");
    if (!topic) return topic.error().line;
    topics.push_back(*topic);
  }
  if (const auto again = twice(topics); !again.empty()) {
    return fmt::format("List of topics to reassign contains duplicate entries: [{}]", fmt::join(again, ", "));
  }
  return topics;
}

std::string reassignment_json(const Assignment& assignment, const Directories& directories) {
  Json json;
  json["version"] = 1;
  json["partitions"] = Json::array();
  for (const auto& [partition, replicas] : assignment) {
    Json entry;
    entry["topic"] = partition.topic;
    entry["partition"] = partition.partition;
    entry["replicas"] = replicas;
    entry["log_dirs"] = Json::array();
    for (const std::int32_t broker : replicas) {
      const auto at = directories.find({partition, broker});
      entry["log_dirs"].push_back(at == directories.end() ? std::string(kAnywhere) : at->second);
    }
    json["partitions"].push_back(std::move(entry));
  }
  return json.dump();
}

std::vector<Replicas> spread(const std::vector<client::Node>& brokers, std::size_t partitions, std::size_t replicas,
                             bool racks) {
  // One broker of each rack after the other, so that neighbours stand in different racks.
  std::map<std::string, std::vector<std::int32_t>> by_rack;
  for (const auto& broker : brokers) by_rack[racks ? broker.rack.value_or("") : ""].push_back(broker.id);
  std::vector<std::int32_t> order;
  for (std::size_t round = 0; order.size() < brokers.size(); ++round) {
    for (const auto& [rack, ids] : by_rack) {
      if (round < ids.size()) order.push_back(ids[round]);
    }
  }
  std::vector<Replicas> result;
  std::size_t shift = 0;
  for (std::size_t partition = 0; partition < partitions; ++partition) {
    if (partition > 0 && partition % order.size() == 0) ++shift;
    const std::size_t first = partition % order.size();
    Replicas chosen{order[first]};
    for (std::size_t i = 0; i + 1 < replicas; ++i) {
      chosen.push_back(order[(first + 1 + (shift + i) % (order.size() - 1)) % order.size()]);
    }
    result.push_back(std::move(chosen));
  }
  return result;
}

}  // namespace millrace::cli
