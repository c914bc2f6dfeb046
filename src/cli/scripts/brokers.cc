// kafka-log-dirs and kafka-broker-api-versions.
#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "cli/scripts/java_order.h"
#include "cli/scripts/script.h"
#include "protocol/api.h"

namespace millrace::cli {
namespace {

constexpr auto kDirOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"describe", "", "Required: show the log directories"},
    {"topic-list", "LIST", "Only these topics"},
    {"broker-list", "LIST", "Only these brokers"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kVersionOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr std::string_view kPatienceMs = "5000";  // of kafka-broker-api-versions

int failed(Console& console, std::string_view message) {
  console.complain("{}\n", message);
  return 1;
}

nlohmann::ordered_json directory_json(const client::LogDirectory& directory, const std::set<std::string>& topics) {
  auto partitions = nlohmann::ordered_json::array();
  const auto hash = [](const auto& replica) { return java_hash(replica.partition.topic, replica.partition.partition); };
  auto replicas = directory.replicas;
  order_as_java(replicas, 0, hash);
  std::erase_if(replicas, [&](const auto& r) { return !topics.empty() && !topics.contains(r.partition.topic); });
  order_as_java(replicas, 0, hash);
  for (const auto& replica : replicas) {
    nlohmann::ordered_json shown;
    shown["partition"] = text_of(replica.partition);
    shown["size"] = replica.size_bytes;
    shown["offsetLag"] = replica.offset_lag;
    shown["isFuture"] = replica.future;
    partitions.push_back(std::move(shown));
  }
  nlohmann::ordered_json json;
  json["partitions"] = std::move(partitions);
  json["error"] = nullptr;
  if (!directory.status) json["error"] = java_name(directory.status.error());
  json["logDir"] = directory.path;
  return json;
}

// One line of kafka-broker-api-versions.
std::string api_text(const client::OfferedApi& api) {
  const protocol::ApiInfo* info = protocol::find_api(api.key);
  const auto [min, max] = api.versions;
  const std::string span = min == max ? std::to_string(min) : fmt::format("{} to {}", min, max);
  if (info == nullptr) return fmt::format("UNKNOWN({}): {}", api.key, span);
  std::string use = fmt::format("usable: {}", std::min(info->max_version, max));
  if (info->max_version < min) use = "unusable: node too new";
  if (max < info->min_version) use = "unusable: node too old";
  return fmt::format("{}({}): {} [{}]", info->name, api.key, span, use);
}

std::string apis_text(const std::vector<client::OfferedApi>& apis) {
  std::map<std::int16_t, std::string> lines;
  for (const auto& info : protocol::all_apis()) {
    const auto key = static_cast<std::int16_t>(info.key);
    if (info.has_versions() && (info.listeners & protocol::kOnBroker) != 0) {
      lines[key] = fmt::format("{}({}): UNSUPPORTED", info.name, key);
    }
  }
  for (const auto& api : apis) lines[api.key] = api_text(api);
  std::vector<std::string> texts;
  for (auto& [key, line] : lines) texts.push_back(std::move(line));
  return fmt::format("(\n\t{}\n)", fmt::join(texts, ",\n\t"));
}

}  // namespace

int kafka_log_dirs(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to query log directory usage on the specified brokers.",
                                      kDirOptions);
  if (!options) return options.error();
  for (const char* name : {"bootstrap-server", "describe"}) {
    if (options->has(name)) continue;
    return script_usage(console, fmt::format("Missing required argument \"[{}]\"", name), kDirOptions);
  }
  if (const auto wrong = given_twice(*options, kDirOptions)) return failed(console, *wrong);
  auto admin = connect(*options, console);
  if (!admin) return failed(console, admin.error().text);
  const auto cluster = admin->describe_cluster().get();
  if (!cluster) return failed(console, plain_message(cluster.error()));
  std::set<std::int32_t> known;
  for (const auto& node : cluster->nodes) known.insert(node.id);
  std::set<std::int32_t> asked;
  std::set<std::int32_t> missing;
  for (const std::string& text : split_list(options->get("broker-list"))) {
    const auto id = whole_number(text);
    if (!id) return failed(console, fmt::format("For input string: \"{}\"", text));
    const auto number = static_cast<std::int32_t>(*id);
    (known.contains(number) ? asked : missing).insert(number);
  }
  if (!missing.empty()) {
    return failed(console, fmt::format("ERROR: The given brokers do not exist from --broker-list: {}. Current existent "
                                       "brokers: {}", fmt::join(missing, ","), fmt::join(known, ",")));
  }
  if (asked.empty()) asked = known;
  console.out("Querying brokers for log directories information\n");
  auto items = admin->describe_log_dirs({asked.begin(), asked.end()}).get();
  if (!items) return failed(console, plain_message(items.error()));
  if (const auto failure = first_failure(*items)) return failed(console, *failure);
  const auto list = split_list(options->get("topic-list"));
  const std::set<std::string> topics(list.begin(), list.end());
  std::ranges::sort(*items, {}, [](const auto& item) { return item.key; });
  auto brokers = nlohmann::ordered_json::array();
  for (const auto& item : *items) {
    nlohmann::ordered_json broker;
    broker["broker"] = item.key;
    broker["logDirs"] = nlohmann::ordered_json::array();
    for (const auto& directory : *item.result) broker["logDirs"].push_back(directory_json(directory, topics));
    brokers.push_back(std::move(broker));
  }
  nlohmann::ordered_json json;
  json["brokers"] = std::move(brokers);
  json["version"] = 1;
  console.print("Received log directory information from brokers {}\n{}\n", fmt::join(asked, ","), json.dump());
  return 0;
}

int kafka_broker_api_versions(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "This tool helps to retrieve broker version information.",
                                      kVersionOptions);
  if (!options) return options.error();
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "Missing required argument \"[bootstrap-server]\"", kVersionOptions);
  }
  auto admin = connect(*options, console, kPatienceMs);
  if (!admin) return failed(console, admin.error().text);
  auto items = admin->describe_versions().get();
  if (!items) return failed(console, plain_message(items.error()));
  std::ranges::sort(*items, {}, [](const auto& item) { return item.key.id; });
  for (const auto& item : *items) {
    const auto& node = item.key;
    const std::string shown =
        item.result ? apis_text(*item.result) : "ERROR: " + plain_message(item.result.error());
    console.print("{}:{} (id: {} rack: {} isFenced: {}) -> {}\n", node.host, node.port, node.id,
                  node.rack.value_or("null"), node.fenced, shown);
  }
  return 0;
}

}  // namespace millrace::cli
