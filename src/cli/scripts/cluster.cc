// kafka-cluster and kafka-delete-records.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kClusterOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"config", "FILE", "Settings of the admin client"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"id", "ID", "The broker to unregister"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr auto kRecordsOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"offset-json-file", "FILE", R"(Required: {"partitions":[{"topic":"a","partition":0,"offset":10}],"version":1})"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

int failed(Console& console, std::string_view message) {
  console.complain("{}\n", message);
  return 1;
}

}  // namespace

int kafka_cluster(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "cluster-id, unregister or list-endpoints of a cluster.",
                                      kClusterOptions);
  if (!options) return options.error();
  const std::string action = options->rest().empty() ? "" : options->rest().front();
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "--bootstrap-server must be specified", kClusterOptions);
  }
  auto admin = connect(*options);
  if (!admin) return failed(console, admin.error().text);
  if (action == "unregister") {
    const auto id = whole_number(options->get("id"));
    if (!id) return script_usage(console, "unregister needs --id", kClusterOptions);
    const auto done = admin->unregister_broker(static_cast<std::int32_t>(*id)).get();
    if (!done) return failed(console, plain_message(done.error()));
    console.print("Broker {} is no longer registered.\n", *id);
    return 0;
  }
  const auto cluster = admin->describe_cluster().get();
  if (!cluster) return failed(console, plain_message(cluster.error()));
  if (action == "cluster-id") {
    console.print("Cluster ID: {}\n", cluster->cluster_id);
    return 0;
  }
  if (action != "list-endpoints") {
    return script_usage(console, "the action is cluster-id, unregister or list-endpoints", kClusterOptions);
  }
  std::size_t host = 4;
  std::size_t rack = 10;
  for (const auto& node : cluster->nodes) {
    host = std::max(host, node.host.size());
    rack = std::max(rack, node.rack.value_or("null").size());
  }
  console.print("{:<10} {:<{}} {:<10} {:<{}} {:<10} {:<15}\n", "ID", "HOST", host, "PORT", "RACK", rack, "STATE",
                "ENDPOINT_TYPE");
  for (const auto& node : cluster->nodes) {
    console.print("{:<10} {:<{}} {:<10} {:<{}} {:<10} {:<15}\n", node.id, node.host, host, node.port,
                  node.rack.value_or("null"), rack, node.fenced ? "fenced" : "unfenced", "broker");
  }
  return 0;
}

int kafka_delete_records(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "Delete records up to given offsets.", kRecordsOptions);
  if (!options) return options.error();
  for (const char* name : {"bootstrap-server", "offset-json-file"}) {
    if (options->has(name)) continue;
    return script_usage(console, fmt::format("Missing required argument \"[{}]\"", name), kRecordsOptions);
  }
  const auto text = read_text(options->get("offset-json-file"));
  if (!text) return failed(console, text.error().text);
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("partitions") || !json["partitions"].is_array()) {
    return failed(console, "The input string is not a valid JSON");
  }
  std::map<client::TopicPartition, std::int64_t> before;
  for (const auto& entry : json["partitions"]) {
    const bool whole = entry.is_object() && entry.contains("topic") && entry["topic"].is_string() &&
                       entry.contains("partition") && entry["partition"].is_number_integer() &&
                       entry.contains("offset") && entry["offset"].is_number_integer();
    if (!whole) return failed(console, "each of the partitions needs topic, partition and offset");
    const client::TopicPartition key{entry["topic"].get<std::string>(), entry["partition"].get<std::int32_t>()};
    if (!before.emplace(key, entry["offset"].get<std::int64_t>()).second) {
      return failed(console, fmt::format("Offset json file contains duplicate topic partitions: {}-{}", key.topic,
                                         key.partition));
    }
  }
  auto admin = connect(*options);
  if (!admin) return failed(console, admin.error().text);
  console.out("Executing records delete operation\n");
  const auto deleted = admin->delete_records(std::move(before)).get();
  if (!deleted) return failed(console, plain_message(deleted.error()));
  console.out("Records delete operation completed:\n");
  for (const auto& item : *deleted) {
    if (item.result) {
      console.print("partition: {}-{}\tlow_watermark: {}\n", item.key.topic, item.key.partition, *item.result);
    } else {
      console.print("partition: {}-{}\terror: {}: {}\n", item.key.topic, item.key.partition,
                    java_name(item.result.error()), plain_message(item.result.error()));
    }
  }
  return 0;
}

}  // namespace millrace::cli
