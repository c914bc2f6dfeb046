// kafka-topics.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cli/scripts/java_order.h"
#include "cli/scripts/topics.h"

namespace millrace::cli {
namespace {

// Ends the script with a message, as every failure but one of usage does.
int failed(Console& console, std::string_view message) {
  console.print("Error while executing topic command : {}\n", message);
  return 1;
}

// Kafka's script does not wait for a quota of changes either: it ends with the refusal.
client::ChangeTopicsOptions at_once() {
  client::ChangeTopicsOptions options;
  options.retry_on_quota_violation = false;
  return options;
}

// The numbers that stand there more than once.
std::set<std::int32_t> twice(const std::vector<std::int32_t>& numbers) {
  std::set<std::int32_t> seen, again;
  for (const std::int32_t number : numbers) {
    if (!seen.insert(number).second) again.insert(number);
  }
  return again;
}

struct Assignment {
  std::map<std::int32_t, std::vector<std::int32_t>> brokers;
};

Result<Assignment, std::string> parse_assignment(const std::string& text) {
  Assignment assignment;
  std::int32_t index = 0;
  for (const std::string& part : split_list(text)) {
    std::vector<std::int32_t> brokers;
    for (const std::string& word : split_list(part, ':')) {
      const auto number = whole_number(word);
      if (!number) return fmt::format("For input string: \"{}\"", word);
      brokers.push_back(static_cast<std::int32_t>(*number));
    }
    if (!twice(brokers).empty()) {
      return fmt::format("Partition replica lists may not contain duplicate entries: {}",
                         fmt::join(twice(brokers), ","));
    }
    if (index > 0 && brokers.size() != assignment.brokers[0].size()) {
      return fmt::format("Partition {} has different replication factor: [{}]", index, fmt::join(brokers, ", "));
    }
    assignment.brokers[index++] = std::move(brokers);
  }
  return assignment;
}

class Topics {
 public:
  Topics(const Options& options, client::Admin& admin, Console& console)
      : options_(options), admin_(admin), console_(console) {}

  int create();
  int list();
  int alter();
  int describe();
  int remove();

 private:
  // The names that --topic selects, sorted. The error is the exit code.
  Result<std::vector<std::string>, int> selected(bool must_exist);
  Result<std::vector<std::string>, int> selected_by_id(const client::TopicId& id);
  void show(const client::TopicDescription& topic, std::vector<client::ConfigEntry> configs);
  bool wanted(const client::PartitionDescription& partition, std::size_t min_in_sync) const;
  void show_partition(const std::string& topic, const client::PartitionDescription& partition);

  const Options& options_;
  client::Admin& admin_;
  Console& console_;
  std::set<std::int32_t> live_;
  std::map<client::TopicPartition, client::Reassignment> moves_;
};

Result<std::vector<std::string>, int> Topics::selected(bool must_exist) {
  const auto filter = options_.value("topic");
  if (const auto wrong = filter ? not_a_regex(*filter) : std::nullopt) return failed(console_, *wrong);
  auto listed = admin_.list_topics(true).get();
  if (!listed) return failed(console_, plain_message(listed.error()));
  std::vector<std::string> names;
  for (const auto& topic : *listed) {
    if (options_.has("exclude-internal") && internal_topic(topic.name)) continue;
    if (!filter || included(*filter, topic.name)) names.push_back(topic.name);
  }
  std::ranges::sort(names);
  if (must_exist && names.empty() && filter && !filter->empty()) {
    return failed(console_, fmt::format("Topic '{}' does not exist as expected", *filter));
  }
  return names;
}

Result<std::vector<std::string>, int> Topics::selected_by_id(const client::TopicId& id) {
  auto listed = admin_.list_topics(true).get();
  if (!listed) return failed(console_, plain_message(listed.error()));
  for (const auto& topic : *listed) {
    if (topic.id == id) return std::vector<std::string>{topic.name};
  }
  if (options_.has("if-exists")) return std::vector<std::string>();
  return failed(console_, fmt::format("TopicId '{}' does not exist as expected", id.text()));
}

int Topics::create() {
  client::NewTopic topic;
  topic.name = options_.get("topic");
  for (const std::string& text : options_.all("config")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size()) {
      return failed(console_, "requirement failed: Invalid topic config: all configs to be added must be in the format "
                              "\"key=val\".");
    }
    const auto name = split_list(text.substr(0, equals), '\0');
    const auto value = split_list(text.substr(equals + 1), '\0');
    topic.configs[name.empty() ? "" : name.front()] = value.empty() ? "" : value.front();
  }
  if (topic.name.empty()) return failed(console_, "The given topic name '' cannot be represented in a request.");
  if (topic.name.find_first_of("._") != std::string::npos) {
    console_.out("WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could "
                 "collide. To avoid issues it is best to use either, but not both.\n");
  }
  if (const auto text = options_.value("replication-factor")) {
    const auto count = whole_number(*text);
    if (*count < 1 || *count > 32767) {
      return failed(console_, "The replication factor must be between 1 and 32767 inclusive");
    }
    topic.replication_factor = static_cast<std::int16_t>(*count);
  }
  if (const auto text = options_.value("partitions")) {
    const auto count = whole_number(*text);
    if (*count < 1) return failed(console_, "The partitions must be greater than 0");
    topic.partitions = static_cast<std::int32_t>(*count);
  }
  if (const auto text = options_.value("replica-assignment")) {
    auto assignment = parse_assignment(*text);
    if (!assignment) return failed(console_, assignment.error());
    topic.assignment = std::move(assignment->brokers);
  }
  const std::string name = topic.name;
  const auto created = admin_.create_topics({std::move(topic)}, false, at_once()).get();
  if (!created) return failed(console_, plain_message(created.error()));
  for (const auto& item : *created) {
    if (item.result) continue;
    if (item.result.error().is(client::ErrorCode::topic_already_exists) && options_.has("if-not-exists")) return 0;
    return failed(console_, plain_message(item.result.error()));
  }
  console_.print("Created topic {}.\n", name);
  return 0;
}

int Topics::list() {
  const auto names = selected(false);
  if (!names) return names.error();
  console_.print("{}\n", fmt::join(*names, "\n"));
  return 0;
}

int Topics::alter() {
  const auto names = selected(!options_.has("if-exists"));
  if (!names) return names.error();
  if (names->empty()) return 0;
  const auto total = whole_number(options_.get("partitions"));
  std::map<std::string, client::MorePartitions> changes;
  for (const std::string& name : *names) changes[name].total = static_cast<std::int32_t>(*total);
  if (const auto text = options_.value("replica-assignment")) {
    auto assignment = parse_assignment(*text);
    if (!assignment) return failed(console_, assignment.error());
    const auto described = admin_.describe_topics(*names).get();
    if (!described) return failed(console_, plain_message(described.error()));
    for (const auto& item : *described) {
      if (!item.result) return failed(console_, plain_message(item.result.error()));
      for (const auto& [index, brokers] : assignment->brokers) {
        if (static_cast<std::size_t>(index) >= item.result->partitions.size()) {
          changes[item.key].assignment.push_back(brokers);
        }
      }
      const std::int64_t more = *total - static_cast<std::int64_t>(item.result->partitions.size());
      if (more > 0 && changes[item.key].assignment.empty()) {
        return failed(console_, fmt::format("Attempted to add {} additional partition(s), but only 0 assignment(s) "
                                            "were specified.", more));
      }
    }
  }
  const auto changed = admin_.create_partitions(std::move(changes), false, at_once()).get();
  if (!changed) return failed(console_, plain_message(changed.error()));
  if (const auto failure = first_failure(*changed)) return failed(console_, *failure);
  return 0;
}

int Topics::remove() {
  const auto names = selected(!options_.has("if-exists"));
  if (!names) return names.error();
  if (names->empty()) return 0;
  const auto deleted = admin_.delete_topics(*names, at_once()).get();
  if (!deleted) return failed(console_, plain_message(deleted.error()));
  if (const auto failure = first_failure(*deleted)) return failed(console_, *failure);
  return 0;
}

int Topics::describe() {
  auto id = client::TopicId();
  if (const auto text = options_.value("topic-id")) {
    const auto parsed = parse_id(*text);
    if (!parsed) return failed(console_, parsed.error().line);
    id = *parsed;
  }
  auto names = !id.is_zero() ? selected_by_id(id) : selected(!options_.has("if-exists"));
  if (!names) return names.error();
  if (names->empty()) return 0;
  order_as_java(*names, 0, [](const std::string& name) { return java_hash(name); });
  std::vector<client::ConfigResource> resources;
  for (const std::string& name : *names) resources.push_back({client::ConfigResourceType::topic, name});
  auto asked_topics = admin_.describe_topics(*names);
  auto asked_configs = admin_.describe_configs(std::move(resources));
  auto asked_cluster = admin_.describe_cluster();
  auto asked_moves = admin_.list_reassignments();
  auto topics = asked_topics.get();
  if (!topics) return failed(console_, plain_message(topics.error()));
  if (const auto failure = first_failure(*topics)) return failed(console_, *failure);
  const auto configs = asked_configs.get();
  if (!configs) return failed(console_, plain_message(configs.error()));
  const auto cluster = asked_cluster.get();
  if (!cluster) return failed(console_, plain_message(cluster.error()));
  for (const auto& node : cluster->nodes) live_.insert(node.id);
  if (auto moves = asked_moves.get()) moves_ = std::move(*moves);
  const auto place = [&](const auto& item) { return std::ranges::find(*names, item.key) - names->begin(); };
  std::ranges::sort(*topics, {}, place);
  order_as_java(*topics, topics->size(), [](const auto& item) { return java_hash(item.key); });
  for (const auto& item : *topics) {
    const auto* entries = client::find(*configs, client::ConfigResource{client::ConfigResourceType::topic, item.key});
    if (entries == nullptr || !*entries) {
      return failed(console_, entries == nullptr ? "no settings" : plain_message(entries->error()));
    }
    show(*item.result, **entries);
  }
  return 0;
}

bool Topics::wanted(const client::PartitionDescription& partition, std::size_t min_in_sync) const {
  const bool led = partition.leader >= 0;
  return (options_.has("under-replicated-partitions") && partition.in_sync.size() < partition.replicas.size()) ||
         (options_.has("unavailable-partitions") && (!led || !live_.contains(partition.leader))) ||
         (options_.has("under-min-isr-partitions") && (!led || partition.in_sync.size() < min_in_sync)) ||
         (options_.has("at-min-isr-partitions") && partition.in_sync.size() == min_in_sync);
}

void Topics::show(const client::TopicDescription& topic, std::vector<client::ConfigEntry> configs) {
  const bool all = !options_.has("under-replicated-partitions") && !options_.has("unavailable-partitions") &&
                   !options_.has("under-min-isr-partitions") && !options_.has("at-min-isr-partitions");
  std::vector<std::string> set;
  std::size_t min_in_sync = 1;
  order_as_java(configs, 0, [](const auto& entry) { return java_hash(entry.name); });
  for (const auto& entry : configs) {
    if (entry.name == "min.insync.replicas") {
      min_in_sync = static_cast<std::size_t>(whole_number(entry.value.value_or("1")).value_or(1));
    }
    if (entry.source != client::ConfigSource::default_value) {
      set.push_back(fmt::format("{}={}", entry.name, entry.value.value_or("null")));
    }
  }
  const bool overrides_only = options_.has("topics-with-overrides");
  if (all && (!overrides_only || !set.empty())) {
    const std::size_t replicas = topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
    console_.print("Topic: {}\t", topic.name);
    if (!topic.id.is_zero()) console_.print("TopicId: {}\t", topic.id.text());
    console_.print("PartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n", topic.partitions.size(), replicas,
                   fmt::join(set, ","));
  }
  if (overrides_only) return;
  for (const auto& partition : topic.partitions) {
    if (all || wanted(partition, min_in_sync)) show_partition(topic.name, partition);
  }
}

void Topics::show_partition(const std::string& topic, const client::PartitionDescription& partition) {
  console_.print("\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}", topic, partition.partition,
                 partition.leader < 0 ? "none" : std::to_string(partition.leader), joined(partition.replicas),
                 joined(partition.in_sync));
  if (const auto move = moves_.find({topic, partition.partition}); move != moves_.end()) {
    console_.print("\tAdding Replicas: {}\tRemoving Replicas: {}", joined(move->second.adding),
                   joined(move->second.removing));
  }
  console_.print("\tElr: {}\tLastKnownElr: {}\n", joined(partition.eligible_leaders),
                 joined(partition.last_known_eligible));
}

}  // namespace

int kafka_topics(const Arguments& arguments, Console& console) {
  if (arguments.empty()) {
    return script_usage(console, "Create, delete, describe, or change a topic.", topic_options());
  }
  const auto options = script_options(
      arguments, console, "This tool helps to create, delete, describe, or change a topic.", topic_options());
  if (!options) return options.error();
  if (options->has("delete-config")) {
    console.complain("delete-config option is no longer supported and deprecated since version 4.0. The config will be "
                     "fully removed in future releases.\n");
  }
  if (const auto wrong = wrong_topic_options(*options)) return script_usage(console, *wrong, topic_options());
  if (const auto wrong = given_twice(*options, topic_options(), {"config", "delete-config"})) {
    return failed(console, *wrong);
  }
  if (const auto wrong = not_an_int(*options, {"partitions", "replication-factor",
                                               "partition-size-limit-per-response"})) {
    return failed(console, *wrong);
  }
  if (options->has("describe") && options->has("if-exists") && options->has("topic") && options->has("topic-id")) {
    console.out("Only topic id will be used when both --topic and --topic-id are specified and topicId is not "
                "Uuid.ZERO_UUID\n");
  }
  auto admin = connect(*options, console);
  if (!admin) {
    console.complain("{}\n", admin.error().text);
    return 1;
  }
  Topics topics(*options, *admin, console);
  if (options->has("create")) return topics.create();
  if (options->has("alter")) return topics.alter();
  if (options->has("list")) return topics.list();
  if (options->has("describe")) return topics.describe();
  return topics.remove();
}

}  // namespace millrace::cli
