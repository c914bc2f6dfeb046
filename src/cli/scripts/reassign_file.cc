// The files of kafka-reassign-partitions, and where --generate puts replicas.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

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

// The field, if it is there and what it should be.
template <typename T>
std::optional<T> field(const Json& json, const char* name) {
  T value{};
  if (!json.is_object() || !json.contains(name)) return std::nullopt;
  const Json& found = json[name];
  const bool right = std::is_same_v<T, std::string> ? found.is_string() : found.is_number_integer();
  if (!right) return std::nullopt;
  found.get_to(value);
  return value;
}

template <typename T>
std::optional<std::vector<T>> list(const Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_array()) return std::nullopt;
  std::vector<T> values;
  for (const Json& entry : json[name]) {
    const bool right = std::is_same_v<T, std::string> ? entry.is_string() : entry.is_number_integer();
    if (!right) return std::nullopt;
    values.push_back(entry.get<T>());
  }
  return values;
}

Result<Json, std::string> parse_version_1(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::string("The input string is not a valid JSON");
  const auto version = json.contains("version") ? field<std::int64_t>(json, "version") : std::optional<std::int64_t>(1);
  if (version == 1) return json;
  return fmt::format("Not supported version field value {}", json["version"].dump());
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
  for (const Json& entry : (*json)["partitions"]) {
    const auto topic = field<std::string>(entry, "topic");
    const auto number = field<std::int32_t>(entry, "partition");
    const auto replicas = topic ? list<std::int32_t>(entry, "replicas") : std::nullopt;
    if (!number || !replicas) return std::string("each of the partitions needs topic, partition and replicas");
    const client::TopicPartition partition{*topic, *number};
    std::vector<std::string> directories(replicas->size(), std::string(kAnywhere));
    if (entry.contains("log_dirs")) directories = list<std::string>(entry, "log_dirs").value_or(directories);
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
  for (const Json& entry : (*json)["topics"]) {
    const auto topic = field<std::string>(entry, "topic");
    if (!topic) return std::string("each of the topics needs topic");
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
