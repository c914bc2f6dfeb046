// kafka-consumer-groups --reset-offsets and --delete-offsets.
#include <algorithm>
#include <set>

#include "cli/scripts/groups.h"
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

std::int64_t now_ms() { return runtime::TurnClock().wall().value(); }

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
    for (const std::string& word : split_list(std::string_view(text).substr(colon + 1))) {
      const auto number = whole_number(word);
      if (!number) return refusal(fmt::format("Invalid partition id(s) in '{}'", text));
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
    const auto offset = whole_number(*text);
    if (!offset) return refusal(fmt::format("Cannot parse argument '{}' of option to-offset", *text));
    for (const auto& partition : partitions) wanted[partition] = *offset;
    return clamped(std::move(wanted));
  }
  if (options_.has("to-earliest")) return look_up(partitions, client::OffsetSpec::kEarliest);
  if (options_.has("to-latest")) return look_up(partitions, client::OffsetSpec::kLatest);
  if (options_.has("to-datetime") || options_.has("by-duration")) {
    auto time = parse_datetime(options_.get("to-datetime"));
    if (const auto ago = parse_duration(options_.get("by-duration"))) time = now_ms() - *ago;
    if (!time) return refusal("the time cannot be read; write it as 2026-01-31T12:00:00.000 or PT1H30M");
    auto found = look_up(partitions, *time);
    const auto ends = look_up(partitions, client::OffsetSpec::kLatest);
    if (!found || !ends) return found ? ends : found;
    for (auto& [partition, offset] : *found) {
      const auto end = ends->find(partition);
      if (offset < 0 && end != ends->end()) offset = end->second;
    }
    return found;
  }
  const auto committed = admin_.list_group_offsets(group).get();
  if (!committed) return committed.error();
  if (const auto text = options_.value("shift-by")) {
    const auto by = whole_number(*text);
    if (!by) return refusal(fmt::format("Cannot parse argument '{}' of option shift-by", *text));
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
  return refusal("Option '[reset-offsets]' requires one of the following scenarios: [to-offset], [shift-by], "
                 "[to-datetime], [by-duration], [to-earliest], [to-latest], [from-file], [to-current]");
}

client::Result<ConsumerGroups::Offsets> ConsumerGroups::targets(const std::string& group) {
  if (const auto path = options_.value("from-file")) {
    const auto text = read_text(*path);
    if (!text) return refusal(text.error().text);
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
  return planned(group, partitions);
}

int ConsumerGroups::reset_offsets() {
  if (!options_.has("all-topics") && !options_.has("topic") && !options_.has("from-file")) {
    console_.complain("One of the reset scopes should be defined: --all-topics, --topic.\n");
    return 1;
  }
  if (!options_.has("execute") && !options_.has("dry-run")) {
    console_.complain("WARN: nothing is changed without --execute; add --dry-run to say that this is meant.\n");
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
  const bool as_csv = options_.has("export");
  if (!as_csv && !plans.empty()) {
    console_.print("\n{:<15} {:<15} {:<10} {:<15}", "GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  }
  for (const auto& [id, plan] : plans) {
    for (const auto& [partition, offset] : plan) {
      if (!as_csv) {
        console_.print("\n{:<15} {:<15} {:<10} {:<15}", id, partition.topic, partition.partition, offset);
      } else if (ids->size() > 1 || options_.has("all-groups")) {
        console_.print("{},{},{},{}\n", id, partition.topic, partition.partition, offset);
      } else {
        console_.print("{},{},{}\n", partition.topic, partition.partition, offset);
      }
    }
  }
  console_.out("\n");
  return 0;
}

int ConsumerGroups::delete_offsets() {
  const std::string id = options_.get("group");
  const auto partitions = named_partitions(options_.all("topic"));
  if (!partitions) return failed("Executing consumer group command failed due to " + plain_message(partitions.error()));
  const auto deleted = admin_.delete_group_offsets(id, *partitions).get();
  std::optional<client::Error> failure;
  if (!deleted) failure = deleted.error();
  if (deleted) {
    for (const auto& item : *deleted) {
      if (!item.result) failure = item.result.error();
    }
  }
  if (!failure) {
    console_.print("Request succeeded for deleting offsets from group {}.\n", id);
  } else if (failure->is(client::ErrorCode::group_id_not_found)) {
    failed(fmt::format("'{}' does not exist.", id));
  } else if (failure->is(client::ErrorCode::non_empty_group)) {
    failed(fmt::format("Deleting offsets of a consumer group '{}' is forbidden if the group is not empty.", id));
  } else if (deleted) {
    failed("Encountered some partition-level error, see the follow-up details.");
  } else {
    failed("Encountered some unknown error: " + failure->text());
  }
  console_.print("\n{:<15} {:<10} {:<15}", "TOPIC", "PARTITION", "STATUS");
  for (const auto& partition : *partitions) {
    const auto* result = deleted ? client::find(*deleted, partition) : nullptr;
    std::string status = "Successful";
    if (result == nullptr && failure) status = "Error: " + plain_message(*failure);
    if (result != nullptr && !result->ok()) status = "Error: " + plain_message(result->error());
    console_.print("\n{:<15} {:<10} {:<15}", partition.topic, partition.partition, status);
  }
  console_.out("\n");
  return 0;
}

}  // namespace millrace::cli
