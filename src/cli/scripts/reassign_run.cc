#include "cli/scripts/reassign_run.h"

#include <algorithm>

#include "runtime/pacing.h"

namespace millrace::cli {
namespace {

using Lines = std::vector<std::string>;

std::string error_text(const client::Error& error) {
  return fmt::format("Error: {}: {}", java_name(error), plain_message(error));
}

const char* plural(std::size_t count) { return count == 1 ? "" : "s"; }

template <typename Map>
Lines key_texts(const Map& map) {
  Lines texts;
  for (const auto& [key, value] : map) texts.push_back(text_of(key));
  return texts;
}

std::set<std::string> topics_of(const Assignment& assignment) {
  std::set<std::string> topics;
  for (const auto& [partition, replicas] : assignment) topics.insert(partition.topic);
  return topics;
}

}  // namespace

Result<Reassigner::Moves, std::string> Reassigner::moves() {
  auto found = admin_.list_reassignments().get();
  if (!found) return error_text(found.error());
  return *std::move(found);
}

Result<Assignment, std::string> Reassigner::present(const std::set<std::string>& topics, bool lenient) {
  Assignment assignment;
  if (topics.empty()) return assignment;
  const auto described = admin_.describe_topics({topics.begin(), topics.end()}).get();
  if (!described) return error_text(described.error());
  for (const auto& item : *described) {
    if (!item.result) {
      if (lenient) continue;
      if (!item.result.error().is(client::ErrorCode::unknown_topic_or_partition)) {
        return error_text(item.result.error());
      }
      return fmt::format("Error: {}: Topic {} not found.", java_name(item.result.error()), item.key);
    }
    for (const auto& partition : item.result->partitions) {
      assignment[{item.key, partition.partition}] = partition.replicas;
    }
  }
  return assignment;
}

Result<Reassigner::Places, std::string> Reassigner::places(const std::set<std::int32_t>& ids) {
  Places found;
  if (ids.empty()) return found;
  const auto items = admin_.describe_log_dirs({ids.begin(), ids.end()}).get();
  if (!items) return error_text(items.error());
  for (const auto& item : *items) {
    if (!item.result) return error_text(item.result.error());
    for (const auto& directory : *item.result) {
      for (const auto& replica : directory.replicas) {
        Place& place = found[{replica.partition, item.key}];
        (replica.future ? place.future : place.now) = directory.path;
      }
    }
  }
  return found;
}

Result<Directories, std::string> Reassigner::directories(const Assignment& assignment) {
  std::set<std::int32_t> ids;
  for (const auto& [partition, replicas] : assignment) ids.insert(replicas.begin(), replicas.end());
  const auto found = places(ids);
  if (!found) return found.error();
  Directories directories;
  for (const auto& [replica, place] : *found) {
    if (!place.now.empty()) directories[replica] = place.now;
  }
  return directories;
}

Result<std::set<std::int32_t>, std::string> Reassigner::brokers() {
  const auto cluster = admin_.describe_cluster().get();
  if (!cluster) return error_text(cluster.error());
  std::set<std::int32_t> ids;
  for (const auto& node : cluster->nodes) ids.insert(node.id);
  return ids;
}

Reassigner::Done Reassigner::list() {
  const auto moving = moves();
  if (!moving) return moving.error();
  if (moving->empty()) {
    console_.out("No partition reassignments found.\n");
    return {};
  }
  console_.out("Current partition reassignments:\n");
  for (const auto& [partition, move] : *moving) {
    std::string line = fmt::format("{}: replicas: {}.", text_of(partition), joined(move.replicas));
    if (!move.adding.empty()) line += fmt::format(" adding: {}.", joined(move.adding));
    if (!move.removing.empty()) line += fmt::format(" removing: {}.", joined(move.removing));
    console_.print("{}\n", line);
  }
  return {};
}

Reassigner::Done Reassigner::generate(const std::string& topics, const std::string& brokers, bool racks) {
  std::vector<std::int32_t> ids;
  auto words = split_list(brokers);
  if (words.empty()) words.emplace_back();
  for (const std::string& text : words) {
    const auto id = whole_number(text);
    if (!id) return fmt::format("Error: For input string: \"{}\"", text);
    if (std::ranges::find(ids, *id) != ids.end()) {
      return fmt::format("Error: Broker list contains duplicate entries: [{}]", *id);
    }
    ids.push_back(static_cast<std::int32_t>(*id));
  }
  const auto names = parse_topics(topics);
  if (!names) return "Error: " + names.error();
  const auto current = present({names->begin(), names->end()});
  if (!current) return current.error();
  const auto cluster = admin_.describe_cluster().get();
  if (!cluster) return error_text(cluster.error());
  std::vector<client::Node> chosen;
  std::size_t with_rack = 0;
  for (const auto& node : cluster->nodes) {
    if (std::ranges::find(ids, node.id) == ids.end()) continue;
    chosen.push_back(node);
    with_rack += node.rack ? 1 : 0;
  }
  if (racks && with_rack != 0 && with_rack != chosen.size()) {
    return std::string("Error: Not all brokers have rack information. Add --disable-rack-aware in command line to make "
                       "replica assignment without rack information.");
  }
  if (chosen.empty() && !current->empty()) {
    return std::string("Error: All brokers are currently fenced, or have all their log directories cordoned.");
  }
  std::map<std::string, std::vector<std::pair<std::int32_t, std::size_t>>> by_topic;  // partitions, replicas
  for (const auto& [partition, replicas] : *current) {
    by_topic[partition.topic].emplace_back(partition.partition, replicas.size());
  }
  Assignment proposed;
  for (const auto& [topic, partitions] : by_topic) {
    const std::size_t replicas = partitions.front().second;
    if (replicas > chosen.size() || replicas == 0) {
      return fmt::format("Error: Replication factor: {} larger than available brokers: {}", replicas, chosen.size());
    }
    const auto lists = spread(chosen, partitions.size(), replicas, racks && with_rack != 0);
    for (std::size_t i = 0; i < lists.size(); ++i) proposed[{topic, partitions[i].first}] = lists[i];
  }
  const auto where = directories(*current);
  if (!where) return where.error();
  console_.print("Current partition replica assignment\n{}\n\n", reassignment_json(*current, *where));
  console_.print("Proposed partition reassignment configuration\n{}\n", reassignment_json(proposed, {}));
  return {};
}

Reassigner::Done Reassigner::begin_moves(Directories pending, std::int64_t patience_ms) {
  constexpr std::int64_t kRetryUs = 100'000;
  const std::int64_t end = runtime::steady_us() + patience_ms * 1000;
  while (true) {
    const auto items = admin_.move_replicas(pending).get();
    if (!items) return error_text(items.error());
    std::map<client::BrokerReplica, const client::Status*> results;
    for (const auto& item : *items) results[item.key] = &item.result;
    for (const auto& [replica, result] : results) {
      if (result->ok()) {
        console_.print("Successfully started moving log directory to {} for replica {} with broker {} \n",
                       pending[replica], text_of(replica.partition), replica.broker);
        pending.erase(replica);
      } else if (!result->error().is(client::ErrorCode::replica_not_available)) {
        return "Error: Failed to alter dir for " + text_of(replica);
      }
    }
    if (pending.empty()) return {};
    if (runtime::steady_us() >= end) {
      return fmt::format("Timed out before log directory move{} could be started for: {}", plural(pending.size()),
                         fmt::join(key_texts(pending), ","));
    }
    // A replica that comes to a broker by this same reassignment can be moved there as soon as it has come.
    runtime::sleep_until_us(runtime::steady_us() + kRetryUs);
  }
}

Reassigner::Done Reassigner::execute(const std::string& text, const Execution& how) {
  const auto file = parse_execution(text);
  if (!file) return "Error: " + file.error();
  const auto moving = moves();
  if (!moving) return moving.error();
  if (!how.additional && !moving->empty()) {
    return std::string("Cannot execute because there is an existing partition assignment.  Use --additional to "
                       "override this and create a new partition assignment in addition to the existing one. The "
                       "--additional flag can also be used to change the throttle by resubmitting the current "
                       "reassignment.");
  }
  const Assignment proposed = file->assignment();
  const auto known = brokers();
  if (!known) return known.error();
  for (const auto& [partition, replicas] : proposed) {
    for (const std::int32_t id : replicas) {
      if (!known->contains(id)) return fmt::format("Error: Unknown broker id {}", id);
    }
  }
  const auto all = present(topics_of(proposed));
  if (!all) return all.error();
  Assignment current;
  Lines missing;
  for (const auto& [partition, replicas] : proposed) {
    const auto at = all->find(partition);
    if (at == all->end()) {
      missing.push_back(text_of(partition));
    } else {
      current.insert(*at);
    }
  }
  if (!missing.empty()) {
    return fmt::format("Error: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Unable to find "
                       "partition: {}", fmt::join(missing, ", "));
  }
  const auto where = directories(current);
  if (!where) return where.error();
  console_.print("Current partition replica assignment\n\n{}\n\nSave this to use as the --reassignment-json-file "
                 "option during rollback\n", reassignment_json(current, *where));
  MR_TRY(throttle(proposed, current, *moving, how, file->directories));
  const auto items = admin_.alter_reassignments({proposed.begin(), proposed.end()}, how.factor_may_change).get();
  if (!items) return error_text(items.error());
  Lines failures;
  for (const auto& item : *items) {
    if (!item.result) failures.push_back(fmt::format("{}: {}", text_of(item.key), plain_message(item.result.error())));
  }
  if (!failures.empty()) return fmt::format("Error reassigning partition(s):\n{}", fmt::join(failures, "\n"));
  console_.print("Successfully started partition reassignment{} for {}\n", plural(proposed.size()),
                 fmt::join(key_texts(proposed), ","));
  return file->directories.empty() ? Done() : begin_moves(file->directories, how.patience_ms);
}

Reassigner::Done Reassigner::show_places(const ReassignmentFile& file, bool& moving) {
  std::set<std::int32_t> ids;
  for (const auto& [replica, path] : file.directories) ids.insert(replica.broker);
  const auto found = places(ids);
  if (!found) return found.error();
  Lines lines;
  for (const auto& [replica, target] : file.directories) {
    const std::string name = text_of(replica.partition);
    const auto at = found->find(replica);
    if (at == found->end()) {
      lines.push_back(fmt::format("Partition {} is not found in any live log dir on broker {}. There is likely an "
                                  "offline log directory on the broker.", name, replica.broker));
    } else if (!at->second.future.empty()) {
      moving = true;
      lines.push_back(at->second.future == target
                          ? fmt::format("Reassignment of replica {} is still in progress.", text_of(replica))
                          : fmt::format("Partition {} on broker {} is being moved to log dir {} instead of {}.", name,
                                        replica.broker, at->second.future, target));
    } else if (at->second.now == target) {
      lines.push_back(fmt::format("Reassignment of replica {} completed successfully.", text_of(replica)));
    } else {
      lines.push_back(fmt::format("Partition {} on broker {} is not being moved from log dir {} to {}.", name,
                                  replica.broker, at->second.now, target));
    }
  }
  console_.print("{}\n", fmt::join(lines, "\n"));
  return {};
}

Reassigner::Done Reassigner::verify(const std::string& text, bool keep_throttles) {
  const auto file = parse_reassignment(text);
  if (!file) return "Error: " + file.error();
  const auto moving = moves();
  if (!moving) return moving.error();
  const Assignment targets = file->assignment();
  const auto current = present(topics_of(targets), true);
  if (!current) return current.error();
  console_.out("Status of partition reassignment:\n");
  for (const auto& [partition, target] : targets) {
    if (moving->contains(partition)) {
      console_.print("Reassignment of partition {} is still in progress.\n", text_of(partition));
      continue;
    }
    const auto at = current->find(partition);
    const Replicas now = at == current->end() ? Replicas() : at->second;
    if (now == target) {
      console_.print("Reassignment of partition {} is completed.\n", text_of(partition));
    } else {
      console_.print("There is no active reassignment of partition {}, but replica set is {} rather than {}.\n",
                     text_of(partition), joined(now), joined(target));
    }
  }
  bool between_directories = false;
  MR_TRY(show_places(*file, between_directories));
  if (!moving->empty() || between_directories || keep_throttles) return {};
  return clear_throttles(*file);
}

Reassigner::Done Reassigner::cancel(const std::string& text, bool keep_throttles, std::int64_t patience_ms) {
  const auto file = parse_reassignment(text);
  if (!file) return "Error: " + file.error();
  const auto moving = moves();
  if (!moving) return moving.error();
  std::map<client::TopicPartition, std::optional<Replicas>> cancelled;
  for (const auto& [partition, target] : file->partitions) {
    if (moving->contains(partition)) cancelled[partition] = std::nullopt;
  }
  if (cancelled.empty()) {
    console_.out("None of the specified partition reassignments are active.\n");
  } else {
    const auto items = admin_.alter_reassignments(cancelled).get();
    if (!items) return error_text(items.error());
    Lines failures;
    for (const auto& item : *items) {
      if (!item.result) {
        failures.push_back(fmt::format("{}: {}", text_of(item.key), plain_message(item.result.error())));
      }
    }
    if (!failures.empty()) {
      return fmt::format("Error cancelling partition reassignment{} for:\n{}", plural(failures.size()),
                         fmt::join(failures, "\n"));
    }
    console_.print("Successfully cancelled partition reassignment{} for: {}\n", plural(cancelled.size()),
                   fmt::join(key_texts(cancelled), ","));
  }
  std::set<std::int32_t> ids;
  for (const auto& [replica, path] : file->directories) ids.insert(replica.broker);
  const auto found = places(ids);
  if (!found) return found.error();
  Directories back;
  for (const auto& [replica, target] : file->directories) {
    const auto at = found->find(replica);
    if (at != found->end() && !at->second.future.empty()) back[replica] = at->second.now;
  }
  if (back.empty()) {
    console_.out("None of the specified partition moves are active.");
  } else {
    MR_TRY(begin_moves(std::move(back), patience_ms));
  }
  return keep_throttles ? Done() : clear_throttles(*file);
}

}  // namespace millrace::cli
