// kafka-get-offsets.
#include <algorithm>
#include <array>

#include "cli/scripts/partition_filter.h"
#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "Required: a server of the cluster"},
    {"topic-partitions", "LIST", "TOPIC[:PARTITION], ...: expressions, numbers, ranges FROM-TO (TO excluded)"},
    {"topic", "NAME", "An expression of topics"},
    {"partitions", "LIST", "Partitions of the topics of --topic; none: all"},
    {"time", "TIME", "-1 or latest, -2 or earliest, -3 or max-timestamp, -4 or earliest-local, -5 or latest-tiered, "
                     "-6 or earliest-pending-upload, or milliseconds"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"exclude-internal-topics", "", "Without Kafka's own topics"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

struct NamedTime {
  std::string_view name;
  std::int64_t spec;
};
constexpr std::int64_t kEarliestPendingUpload = -6;
constexpr auto kTimes = std::to_array<NamedTime>({
    {"latest", client::OffsetSpec::kLatest},
    {"earliest", client::OffsetSpec::kEarliest},
    {"max-timestamp", client::OffsetSpec::kMaxTimestamp},
    {"earliest-local", client::OffsetSpec::kEarliestLocal},
    {"latest-tiered", client::OffsetSpec::kLatestTiered},
    {"earliest-pending-upload", kEarliestPendingUpload},
});

std::optional<std::int64_t> parse_time(const std::string& text) {
  const auto at = std::ranges::find(kTimes, text, &NamedTime::name);
  return at == kTimes.end() ? whole_number(text) : at->spec;
}

int failed(Console& console, std::string_view message) {
  console.complain("Error occurred: {}\n", message);
  return 1;
}

}  // namespace

int kafka_get_offsets(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "An interactive shell for getting topic-partition offsets.", kOptions,
                                      "Error occurred: ");
  if (!options) return options.error();
  if (!options->has("bootstrap-server")) {
    return script_usage(console, "Missing required argument \"[bootstrap-server]\"", kOptions);
  }
  if (const auto wrong = given_twice(*options, kOptions)) return failed(console, *wrong);
  if (const auto wrong = not_a_regex(options->get("topic"))) return failed(console, *wrong);
  if (options->value("topic") == "") {
    return failed(console, "Could not match any topic-partitions with the specified filters");
  }
  const auto time = parse_time(options->get("time", "latest"));
  if (!time) {
    return failed(console, fmt::format("Malformed time argument {}. Please use -1 or latest / -2 or earliest / -3 or "
                                       "max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or "
                                       "earliest-pending-upload, or a specified long format timestamp",
                                       options->get("time")));
  }
  if (options->has("topic-partitions") && (options->has("topic") || options->has("partitions"))) {
    return failed(console, "--topic-partitions cannot be used with --topic or --partitions");
  }
  const auto filter = options->has("topic-partitions")
                          ? PartitionFilter::parse(options->get("topic-partitions"))
                          : PartitionFilter::of_topics(options->get("topic"), options->get("partitions"));
  if (!filter) return failed(console, filter.error());

  auto admin = connect(*options, console);
  if (!admin) return failed(console, admin.error().text);
  const auto listed = admin->list_topics(!options->has("exclude-internal-topics")).get();
  if (!listed) return failed(console, plain_message(listed.error()));
  std::vector<std::string> names;
  for (const auto& topic : *listed) {
    if (filter->may_include(topic.name)) names.push_back(topic.name);
  }
  std::map<client::TopicPartition, std::int64_t> specs;
  if (!names.empty()) {
    const auto described = admin->describe_topics(names).get();
    if (!described) return failed(console, plain_message(described.error()));
    for (const auto& item : *described) {
      if (!item.result) continue;
      for (const auto& partition : item.result->partitions) {
        const client::TopicPartition key{item.key, partition.partition};
        if (filter->includes(key)) specs[key] = *time;
      }
    }
  }
  if (specs.empty()) return failed(console, "Could not match any topic-partitions with the specified filters");
  const auto offsets = admin->list_offsets(specs).get();
  if (!offsets) return failed(console, plain_message(offsets.error()));
  // In the order of the letters, as Kafka prints them: orders-10 before orders-2.
  std::map<std::string, std::string> found;
  for (const auto& item : *offsets) {
    if (!item.result) {
      console.complain("Skip getting offsets for topic-partition {}-{} due to error: {}\n", item.key.topic,
                       item.key.partition, plain_message(item.result.error()));
    } else if (item.result->offset >= 0) {
      found[text_of(item.key)] = fmt::format("{}:{}:{}", item.key.topic, item.key.partition, item.result->offset);
    }
  }
  for (const auto& [key, line] : found) console.print("{}\n", line);
  return 0;
}

}  // namespace millrace::cli
