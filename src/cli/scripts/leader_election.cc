// kafka-leader-election.
#include <array>

#include <nlohmann/json.hpp>

#include "cli/scripts/java_order.h"
#include "cli/scripts/json_fields.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"admin.config", "FILE", "Settings of the admin client"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"election-type", "TYPE", "Required: preferred or unclean"},
    {"topic", "NAME", "The topic, with --partition"},
    {"partition", "NUMBER", "The partition of --topic"},
    {"all-topic-partitions", "", "Every partition that needs it"},
    {"path-to-json-file", "FILE", R"({"partitions":[{"topic":"a","partition":1}]})"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

using Partitions = std::vector<client::TopicPartition>;

std::optional<std::string> wrong(const Options& options) {
  std::vector<std::string> missing;
  for (const char* name : {"bootstrap-server", "election-type"}) {
    if (!options.has(name)) missing.emplace_back(name);
  }
  if (!missing.empty()) return fmt::format("Missing required option(s): {}", fmt::join(missing, ", "));
  const int ways = int{options.has("topic")} + int{options.has("all-topic-partitions")} +
                   int{options.has("path-to-json-file")};
  if (ways != 1) {
    return "One and only one of the following options is required: topic, all-topic-partitions, path-to-json-file";
  }
  if (options.has("topic") && !options.has("partition")) return "Missing required option(s): partition";
  if (!options.has("topic") && options.has("partition")) return "Option partition is only allowed if topic is used";
  if (options.has("command-config") && options.has("admin.config")) {
    return not_together("admin.config", "command-config");
  }
  return std::nullopt;
}

Result<Partitions, std::string> from_file(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return "java.io.IOException: Unable to read file " + path;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (json.is_discarded()) return std::string("Replica election data is empty");
  const auto wrong_json = [](const std::string& what) {
    return "com.fasterxml.jackson.databind.JsonMappingException: " + what;
  };
  if (json.is_object() && !json.contains("partitions")) {
    return std::string("Replica election data is missing \"partitions\" field");
  }
  const auto entries = array_field(json, "partitions");
  if (!entries) return wrong_json(entries.error());
  Partitions partitions;
  for (const auto& entry : **entries) {
    const auto topic = text_field(entry, "topic");
    if (!topic) return wrong_json(topic.error().line);
    const auto partition = number_field<std::int32_t>(entry, "partition");
    if (!partition) return wrong_json(partition.error());
    client::TopicPartition key{*topic, *partition};
    if (std::ranges::find(partitions, key) != partitions.end()) {
      return fmt::format("Replica election data contains duplicate partitions: [{}]", text_of(key));
    }
    partitions.push_back(std::move(key));
  }
  return partitions;
}

Result<Partitions, std::string> partitions_of(const Options& options) {
  if (const auto path = options.value("path-to-json-file")) return from_file(*path);
  if (!options.has("topic")) return Partitions();
  if (auto wrong = not_an_int(options, {"partition"})) return *std::move(wrong);
  return Partitions{{options.get("topic"), static_cast<std::int32_t>(*whole_number(options.get("partition")))}};
}

// What came of it, in Kafka's words; whether nothing failed.
bool show(const client::Items<client::TopicPartition>& items, std::string_view type, Console& console) {
  std::vector<std::string> elected;
  std::vector<std::string> needless;
  std::vector<std::string> failures;
  for (const auto& item : items) {
    if (item.result) {
      elected.push_back(text_of(item.key));
    } else if (item.result.error().is(client::ErrorCode::election_not_needed)) {
      needless.push_back(text_of(item.key));
    } else {
      failures.push_back(fmt::format("Error completing leader election ({}) for partition: {}: {}: {}", type,
                                     text_of(item.key), java_name(item.result.error()),
                                     plain_message(item.result.error())));
    }
  }
  if (!elected.empty()) {
    console.print("Successfully completed leader election ({}) for partitions {}\n", type, fmt::join(elected, ", "));
  }
  if (!needless.empty()) {
    console.print("Valid replica already elected for partitions {}\n", fmt::join(needless, ", "));
  }
  for (const std::string& line : failures) console.print("{}\n", line);
  if (!failures.empty()) console.complain("{} replica(s) could not be elected\n", failures.size());
  return failures.empty();
}

}  // namespace

int kafka_leader_election(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool attempts to elect a new leader for a set of topic partitions. The "
                                      "type of elections supported are preferred replicas and unclean replicas.",
                                      kOptions);
  if (!options) return options.error();
  const auto fail = [&](std::string_view line) {
    console.complain("{}\n", line);
    return 1;
  };
  std::string type = options->get("election-type");
  for (char& c : type) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (options->has("election-type") && type != "PREFERRED" && type != "UNCLEAN") {
    return fail(fmt::format("Cannot parse argument '{}' of option election-type", options->get("election-type")));
  }
  if (const auto line = wrong(*options)) return fail(*line);
  if (const auto line = given_twice(*options, kOptions)) return fail(*line);
  const auto partitions = partitions_of(*options);
  if (!partitions) return fail(partitions.error());
  if (options->has("admin.config")) {
    console.out("Option --admin.config has been deprecated and will be removed in a future version. Use "
                "--command-config instead.\n");
  }
  auto admin = connect(*options, console);
  if (!admin) return fail(admin.error().text);
  const auto kind = type == "PREFERRED" ? client::Election::preferred : client::Election::unclean;
  auto items = admin->elect_leaders(kind, *partitions).get();
  if (items) {
    std::ranges::stable_sort(*items, {}, [&](const auto& item) {
      return std::ranges::find(*partitions, item.key) - partitions->begin();
    });
    order_as_java(*items, 0, [](const auto& item) { return java_hash(item.key.topic, item.key.partition); });
  }
  if (items) return show(*items, type, console) ? 0 : 1;
  if (items.error().is(client::Cause::timed_out)) {
    console.out("Timeout waiting for election results\n");
    return fail("Timeout waiting for election results");
  }
  if (items.error().is(client::ErrorCode::cluster_authorization_failed)) {
    console.out("Not authorized to perform leader election\n");
    return fail("Not authorized to perform leader election");
  }
  return fail(fmt::format("{}: {}", java_name(items.error()), plain_message(items.error())));
}

}  // namespace millrace::cli
