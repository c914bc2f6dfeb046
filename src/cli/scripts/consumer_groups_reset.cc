// kafka-consumer-groups --reset-offsets and --delete-offsets.
#include <algorithm>
#include <set>

#include "cli/scripts/groups.h"
#include "cli/scripts/java_order.h"
#include "cli/times.h"
#include "runtime/clock.h"

namespace millrace::cli {
namespace {

client::Error refusal(std::string message) {
  client::Error error;
  error.cause = client::Cause::invalid_argument;
  error.message = std::move(message);
  return error;
}

// A failure that the original meets when it is at work already: it does not end the script with another exit code.
client::Error at_work(std::string message) {
  client::Error error = refusal(std::move(message));
  error.cause = client::Cause::broker;
  error.detail = error.message;
  return error;
}

std::int64_t now_ms() { return runtime::TurnClock().wall().value(); }

// The time that --to-datetime or --by-duration means.
Result<std::int64_t, std::string> reset_time(const Options& options) {
  if (const auto text = options.value("by-duration")) {
    const bool form = text->starts_with('P') || text->starts_with('p');
    const auto ago = form ? parse_duration(*text) : std::nullopt;
    if (!ago) return std::string("Text cannot be parsed to a Duration");
    return now_ms() - *ago;
  }
  const std::string text = options.get("to-datetime");
  if (text.find('T') == std::string::npos) {
    return std::string("java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to "
                       "ISO8601 format");
  }
  const auto time = parse_datetime(text);
  if (!time) return fmt::format("java.text.ParseException: Unparseable date: \"{}\"", text);
  return *time;
}

template <typename Map>
std::vector<std::pair<client::TopicPartition, typename Map::mapped_type>> in_java_order(const Map& map) {
  std::vector<std::pair<client::TopicPartition, typename Map::mapped_type>> items(map.begin(), map.end());
  order_as_java(items, 0, [](const auto& item) { return java_hash(item.first.topic, item.first.partition); });
  return items;
}

std::string status_text(const client::Error& error) {
  return fmt::format("Error: {}: {}", java_name(error), plain_message(error));
}

}  // namespace

client::Result<std::vector<client::TopicPartition>> ConsumerGroups::named_partitions(
    const std::vector<std::string>& topics) {
  std::vector<client::TopicPartition> partitions;
  std::vector<std::string> whole;
  for (const std::string& text : topics) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
      whole.push_back(text);
      continue;
    }
    const auto words = split_list(std::string_view(text).substr(colon + 1));
    if (words.empty()) return refusal(fmt::format("Invalid topic arg '{}', expected topic name and partitions", text));
    for (const std::string& word : words) {
      const auto number = whole_number(word);
      if (!number) return refusal(fmt::format("Invalid partition '{}' specified in topic arg '{}''", word, text));
      partitions.push_back({text.substr(0, colon), static_cast<std::int32_t>(*number)});
    }
  }
  if (whole.empty()) return partitions;
  const auto described = admin_.describe_topics(whole).get();
  if (!described) return described.error();
  for (const auto& item : *described) {
    if (!item.result) return item.result.error();
    for (const auto& partition : item.result->partitions) partitions.push_back({item.key, partition.partition});
  }
  return partitions;
}

client::Result<ConsumerGroups::Offsets> ConsumerGroups::clamped(Offsets wanted) {
  std::vector<client::TopicPartition> partitions;
  for (const auto& [partition, offset] : wanted) partitions.push_back(partition);
  const auto first = look_up(partitions, client::OffsetSpec::kEarliest);
  if (!first) return first.error();
  const auto last = look_up(partitions, client::OffsetSpec::kLatest);
  if (!last) return last.error();
  for (auto& [partition, offset] : wanted) {
    const auto low = first->find(partition);
    const auto high = last->find(partition);
    if (high != last->end() && offset > high->second) {
      console_.complain("New offset ({}) is higher than latest offset for topic partition {}-{}. Value will be set to "
                        "{}\n", offset, partition.topic, partition.partition, high->second);
      offset = high->second;
    } else if (low != first->end() && offset < low->second) {
      console_.complain("New offset ({}) is lower than earliest offset for topic partition {}-{}. Value will be set to "
                        "{}\n", offset, partition.topic, partition.partition, low->second);
      offset = low->second;
    }
  }
  return wanted;
}

client::Result<ConsumerGroups::Offsets> ConsumerGroups::planned(
    const std::string& group, const std::vector<client::TopicPartition>& partitions) {
  Offsets wanted;
  if (const auto text = options_.value("to-offset")) {
    for (const auto& partition : partitions) wanted[partition] = *whole_number(*text);
    return clamped(std::move(wanted));
  }
  if (options_.has("to-earliest")) return look_up(partitions, client::OffsetSpec::kEarliest);
  if (options_.has("to-latest")) return look_up(partitions, client::OffsetSpec::kLatest);
  if (options_.has("to-datetime") || options_.has("by-duration")) {
    const auto time = reset_time(options_);
    if (!time) return at_work(time.error());
    auto found = look_up(partitions, *time);
    const auto ends = look_up(partitions, client::OffsetSpec::kLatest);
    if (!found || !ends) return found ? ends : found;
    for (const auto& [partition, offset] : in_java_order(*found)) {
      const auto end = ends->find(partition);
      if (offset >= 0 || end == ends->end()) continue;
      console_.print("\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.\n",
                     partition.partition, partition.topic);
      (*found)[partition] = end->second;
    }
    return found;
  }
  const auto committed = admin_.list_group_offsets(group).get();
  if (!committed) return committed.error();
  if (const auto text = options_.value("shift-by")) {
    const auto by = whole_number(*text);
    for (const auto& partition : partitions) {
      const auto at = committed->find(partition);
      if (at == committed->end()) {
        return refusal(fmt::format("Cannot shift offset for partition {}-{} since there is no current committed offset",
                                   partition.topic, partition.partition));
      }
      wanted[partition] = at->second.offset + *by;
    }
    return clamped(std::move(wanted));
  }
  if (options_.has("to-current")) {
    auto current = look_up(partitions, client::OffsetSpec::kLatest);
    if (!current) return current;
    for (auto& [partition, offset] : *current) {
      if (const auto at = committed->find(partition); at != committed->end()) offset = at->second.offset;
    }
    return current;
  }
  return refusal("Option '[reset-offsets]' requires one of the following scenarios: [[to-current], [to-earliest], "
                 "[to-offset], [shift-by], [from-file], [to-datetime], [by-duration], [to-latest]]");
}

client::Result<ConsumerGroups::Offsets> ConsumerGroups::targets(const std::string& group) {
  if (const auto path = options_.value("from-file")) {
    const auto text = read_text(*path);
    if (!text) return at_work(fmt::format("java.io.IOException: Unable to read file {}", *path));
    Offsets wanted;
    for (const std::string& line : split_list(*text, '\n')) {
      auto fields = split_list(line);
      if (fields.size() == 4) {
        if (fields.front() != group) continue;
        fields.erase(fields.begin());
      }
      if (fields.empty()) continue;
      const auto partition = fields.size() == 3 ? whole_number(fields[1]) : std::nullopt;
      const auto offset = fields.size() == 3 ? whole_number(fields[2]) : std::nullopt;
      if (!partition || !offset) return refusal(fmt::format("{}: '{}' is not TOPIC,PARTITION,OFFSET", *path, line));
      wanted[{fields[0], static_cast<std::int32_t>(*partition)}] = *offset;
    }
    return clamped(std::move(wanted));
  }
  std::vector<client::TopicPartition> partitions;
  if (options_.has("all-topics")) {
    const auto committed = admin_.list_group_offsets(group).get();
    if (!committed) return committed.error();
    for (const auto& [partition, position] : *committed) partitions.push_back(partition);
  } else {
    auto named = named_partitions(options_.all("topic"));
    if (!named) return named.error();
    partitions = std::move(*named);
  }
  const auto missing = absent(partitions);
  if (!missing) return missing.error();
  if (!missing->empty()) return at_work(fmt::format("The partitions \"{}\" do not exist", fmt::join(*missing, ",")));
  return planned(group, partitions);
}

client::Result<std::vector<std::string>> ConsumerGroups::absent(const std::vector<client::TopicPartition>& partitions) {
  std::set<std::string> topics;
  for (const auto& partition : partitions) topics.insert(partition.topic);
  std::vector<std::string> missing;
  if (topics.empty()) return missing;
  const auto described = admin_.describe_topics({topics.begin(), topics.end()}).get();
  if (!described) return described.error();
  for (const auto& partition : partitions) {
    const auto* topic = client::find(*described, partition.topic);
    if (topic != nullptr && !*topic) return topic->error();
    const bool there = topic != nullptr && static_cast<std::size_t>(partition.partition) < (*topic)->partitions.size();
    if (!there) missing.push_back(text_of(partition));
  }
  return missing;
}

int ConsumerGroups::reset_offsets() {
  if (!options_.has("all-topics") && !options_.has("topic") && !options_.has("from-file")) {
    console_.complain("One of the reset scopes should be defined: --all-topics, --topic.\n");
    return 1;
  }
  const auto ids = wanted();
  if (!ids) return failed("Executing consumer group command failed due to " + plain_message(ids.error()));
  std::map<std::string, Offsets> plans;
  for (const std::string& id : *ids) {
    const auto described = admin_.describe_groups({id}).get();
    if (!described) return failed("Executing consumer group command failed due to " + plain_message(described.error()));
    const auto& group = described->front().result;
    const std::string state = group ? group->state : "Dead";
    if (state != "Empty" && state != "Dead") {
      failed(fmt::format("Assignments can only be reset if the group '{}' is inactive, but the current state is {}.",
                         id, state));
      continue;
    }
    auto plan = targets(id);
    if (!plan) {
      if (plan.error().is(client::Cause::invalid_argument)) {
        console_.complain("{}\n", plan.error().message);
        return 1;
      }
      return failed("Executing consumer group command failed due to " + plain_message(plan.error()));
    }
    if (options_.has("execute") && !options_.has("dry-run")) {
      Positions positions;
      for (const auto& [partition, offset] : *plan) positions[partition].offset = offset;
      const auto changed = admin_.alter_group_offsets(id, std::move(positions)).get();
      if (!changed) return failed("Executing consumer group command failed due to " + plain_message(changed.error()));
      if (const auto why = first_failure(*changed)) return failed("Executing consumer group command failed due to " +
                                                                  *why);
    }
    plans[id] = std::move(*plan);
  }
  show_plans(plans, ids->size() > 1 || options_.has("all-groups"));
  return 0;
}

void ConsumerGroups::show_plans(const std::map<std::string, Offsets>& plans, bool several) {
  std::vector<std::pair<std::string, Offsets>> ordered(plans.begin(), plans.end());
  order_as_java(ordered, 0, [](const auto& item) { return java_hash(item.first); });
  std::size_t group_width = 15, topic_width = 15;
  for (const auto& [id, plan] : plans) {
    group_width = std::max(group_width, id.size());
    for (const auto& [partition, offset] : plan) topic_width = std::max(topic_width, partition.topic.size());
  }
  const auto row = [&](std::string_view id, std::string_view topic, const auto& partition, const auto& offset) {
    console_.print("\n{:<{}} {:<{}} {:<10} {:<15}", id, group_width, topic, topic_width, partition, offset);
  };
  const bool as_csv = options_.has("export");
  if (!as_csv && !plans.empty()) row("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const auto& [id, plan] : ordered) {
    for (const auto& [partition, offset] : in_java_order(plan)) {
      if (!as_csv) {
        row(id, partition.topic, partition.partition, offset);
      } else {
        console_.print("{}{}{},{},{}\n", several ? id : "", several ? "," : "", partition.topic, partition.partition,
                       offset);
      }
    }
  }
  console_.out("\n");
}

int ConsumerGroups::delete_offsets() {
  const std::string id = options_.get("group");
  std::vector<client::TopicPartition> partitions;
  std::map<std::string, client::Error> unknown;  // topics that are not there
  for (const std::string& topic : options_.all("topic")) {
    const auto named = named_partitions({topic});
    if (named) {
      partitions.insert(partitions.end(), named->begin(), named->end());
    } else if (named.error().is(client::ErrorCode::unknown_topic_or_partition)) {
      unknown.emplace(topic, named.error());
    } else {
      return failed("Executing consumer group command failed due to " + plain_message(named.error()));
    }
  }
  std::vector<std::pair<client::TopicPartition, client::Status>> rows;
  std::optional<client::Error> failure;
  if (!partitions.empty()) {
    const auto deleted = admin_.delete_group_offsets(id, partitions).get();
    for (const auto& partition : partitions) {
      const auto* result = deleted ? client::find(*deleted, partition) : nullptr;
      rows.emplace_back(partition, !deleted ? client::Status(deleted.error()) : result ? *result : client::Status());
      if (!rows.back().second) failure = rows.back().second.error();
    }
    if (!deleted && !failure) failure = deleted.error();
  }
  if (!failure) {
    console_.print("Request succeeded for deleting offsets from group {}.\n", id);
  } else if (failure->is(client::ErrorCode::group_id_not_found)) {
    failed(plain_message(*failure));
  } else if (failure->is(client::ErrorCode::non_empty_group)) {
    failed(fmt::format("Deleting offsets of a consumer group '{}' is forbidden if the group is not empty.", id));
  } else {
    failed("Encountered some partition-level error, see the follow-up details.");
  }
  const auto row = [&](std::string_view topic, std::string_view partition, std::string_view status) {
    console_.print("\n{:<15} {:<10} {:<15}", topic, partition, status);
  };
  row("TOPIC", "PARTITION", "STATUS");
  for (const auto& [partition, status] : rows) {
    row(partition.topic, std::to_string(partition.partition), status ? "Successful" : status_text(status.error()));
  }
  for (const auto& [topic, error] : unknown) row(topic, "-", status_text(error));
  console_.out("\n");
  return 0;
}

}  // namespace millrace::cli
