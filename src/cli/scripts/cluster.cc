// kafka-cluster and kafka-delete-records.
#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "cli/scripts/arguments.h"
#include "cli/scripts/java_order.h"
#include "cli/scripts/json_fields.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr Argument kServer{{"bootstrap-server", "HOST:PORT", "A server of the cluster", false, "b"}, false,
     Argument::Kind::text, true};
constexpr Argument kController{{"bootstrap-controller", "HOST:PORT", "A controller instead", false, "C"}, false,
     Argument::Kind::text, true};
constexpr Argument kOlderSettings{{"config", "FILE", "An older name of --command-config"}};
constexpr Argument kSettings{{"command-config", "FILE", "Settings of the admin client", false, "c"}};

constexpr std::array<Argument, 4> kClusterId{kServer, kController, kOlderSettings, kSettings};
constexpr auto kUnregister = std::to_array<Argument>({
    kServer, kController, kOlderSettings, kSettings,
    {{"id", "ID", "The broker to unregister", false, "i"}, true, Argument::Kind::int32},
});
constexpr auto kEndpoints = std::to_array<Argument>({
    kServer, kController, kOlderSettings, kSettings,
    {{"include-fenced-brokers", "", "Brokers that do not work too"}},
});
constexpr auto kClusterCommands = std::to_array<ArgumentList>({
    {"cluster-id", "Shows the id of the cluster.", kClusterId, true},
    {"unregister", "Lets the cluster forget a broker.", kUnregister, true},
    {"list-endpoints", "Shows where brokers, or controllers, are reached.", kEndpoints, true},
});
constexpr Grammar kClusterGrammar{{"kafka-cluster", "Shows and changes a cluster as a whole.", {}}, kClusterCommands};

constexpr auto kRecordsOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"offset-json-file", "FILE", R"(Required: {"partitions":[{"topic":"a","partition":0,"offset":10}],"version":1})"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

// As wide as what stands in the columns, or Kafka's width where nothing does.
std::size_t width_of(const std::vector<client::Node>& nodes, std::size_t fallback,
                     std::optional<std::size_t> (*size)(const client::Node&)) {
  std::optional<std::size_t> widest;
  for (const client::Node& node : nodes) widest = std::max(widest, size(node));
  return widest.value_or(fallback);
}

void print_endpoints(const std::vector<client::Node>& nodes, bool controllers, Console& console) {
  const std::size_t host = width_of(nodes, 100, [](const client::Node& node) {
    return std::optional(node.host.size());
  });
  const std::size_t rack = width_of(nodes, 10, [](const client::Node& node) {
    return node.rack ? std::optional(node.rack->size()) : std::nullopt;
  });
  const auto line = [&](const auto& id, std::string_view name, const auto& port, std::string_view where,
                        std::string_view state, std::string_view type) {
    console.print("{:<10} {:<{}} {:<10} {:<{}} ", id, name, host, port, where, rack);
    if (!controllers) console.print("{:<10} ", state);
    console.print("{:<15}\n", type);
  };
  line("ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE");
  for (const client::Node& node : nodes) {
    line(node.id, node.host, node.port, node.rack.value_or("null"), node.fenced ? "fenced" : "unfenced",
         controllers ? "controller" : "broker");
  }
}

// The partitions of an offset file, or what is wrong with it.
Result<const nlohmann::json*, std::string> partitions_of(const nlohmann::json& file) {
  if (file.is_discarded()) return std::string("The input string is not a valid JSON");
  if (!file.is_object()) return "Expected JSON object, received " + file.dump();
  if (file.contains("version")) {
    const auto version = number_field<std::int32_t>(file, "version");
    if (!version) return version.error();
    if (*version != 1) return fmt::format("Not supported version field value {}", *version);
  }
  if (!file.contains("partitions")) return std::string("Missing partitions field");
  return array_field(file, "partitions");
}

int failed(Console& console, std::string_view message) {
  console.complain("{}\n", message);
  return 1;
}

}  // namespace

int kafka_cluster(const Arguments& arguments, Console& console) {
  const auto call = read_call(kClusterGrammar, arguments);
  if (!call) {
    print_no_call(console, kClusterGrammar, call.error());
    return 1;
  }
  const auto& [action, options] = *call;
  const bool controllers = options.has("bootstrap-controller");
  const bool fenced = options.has("include-fenced-brokers");
  if (fenced && controllers) {
    return failed(console, "The option --include-fenced-brokers is only supported with --bootstrap-server option");
  }
  auto admin = connect(options, console, {}, "config");
  if (!admin) return failed(console, admin.error().text);
  if (action == "unregister") {
    const auto id = whole_number(options.get("id"));
    const auto done = admin->unregister_broker(static_cast<std::int32_t>(*id)).get();
    if (!done) return failed(console, plain_message(done.error()));
    console.print("Broker {} is no longer registered.\n", *id);
    return 0;
  }
  const auto cluster = admin->describe_cluster(fenced).get();
  if (!cluster) return failed(console, plain_message(cluster.error()));
  if (action == "cluster-id") {
    console.print("Cluster ID: {}\n", cluster->cluster_id);
    return 0;
  }
  print_endpoints(cluster->nodes, controllers, console);
  return 0;
}

int kafka_delete_records(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to delete records of the given partitions down to the specified "
                                      "offset.", kRecordsOptions);
  if (!options) return options.error();
  for (const char* name : {"bootstrap-server", "offset-json-file"}) {
    if (options->has(name)) continue;
    return script_usage(console, fmt::format("Missing required argument \"[{}]\"", name), kRecordsOptions);
  }
  if (const auto wrong = given_twice(*options, kRecordsOptions)) return failed(console, *wrong);
  const auto text = read_text(options->get("offset-json-file"));
  if (!text) return failed(console, fmt::format("Unable to read file {}", options->get("offset-json-file")));
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto partitions = partitions_of(json);
  if (!partitions) return failed(console, partitions.error());
  std::map<client::TopicPartition, std::int64_t> before;
  std::set<std::string> twice;
  for (const auto& entry : **partitions) {
    const auto topic = text_field(entry, "topic");
    if (!topic) return failed(console, topic.error().line);
    const auto partition = number_field<std::int32_t>(entry, "partition");
    if (!partition) return failed(console, partition.error());
    const auto offset = number_field<std::int64_t>(entry, "offset");
    if (!offset) return failed(console, offset.error());
    const client::TopicPartition key{*topic, *partition};
    if (!before.emplace(key, *offset).second) twice.insert(text_of(key));
  }
  if (!twice.empty()) {
    return failed(console,
                  fmt::format("Offset json file contains duplicate topic partitions: {}", fmt::join(twice, ",")));
  }
  auto admin = connect(*options, console);
  if (!admin) return failed(console, admin.error().text);
  console.out("Executing records delete operation\n");
  auto deleted = admin->delete_records(std::move(before)).get();
  if (!deleted) return failed(console, plain_message(deleted.error()));
  order_as_java(*deleted, 0, [](const auto& item) { return java_hash(item.key.topic, item.key.partition); });
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
