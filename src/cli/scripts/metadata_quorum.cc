// kafka-metadata-quorum.
#include <algorithm>
#include <array>

#include "cli/scripts/arguments.h"
#include "cli/scripts/script.h"
#include "config/endpoint.h"
#include "config/meta_properties.h"
#include "runtime/clock.h"

namespace millrace::cli {
namespace {

constexpr auto kProgram = std::to_array<Argument>({
    {{"bootstrap-server", "HOST:PORT", "A server of the cluster"}, false, Argument::Kind::text, true},
    {{"bootstrap-controller", "HOST:PORT", "A controller instead"}, false, Argument::Kind::text, true},
    {{"command-config", "FILE", "Settings of the admin client; with add-controller: of the controller too"}},
});

constexpr Argument kDryRun{{"dry-run", "", "Show what would be done"}};
constexpr auto kDescribe = std::to_array<Argument>({
    {{"status", "", "The quorum as a whole"}},
    {{"replication", "", "Its replicas"}},
    {{"human-readable", "", "With --replication: times as how long ago"}},
});
constexpr std::array<Argument, 1> kAdd{kDryRun};
constexpr auto kRemove = std::to_array<Argument>({
    {{"controller-id", "ID", "Which controller", false, "i"}, true, Argument::Kind::int32},
    {{"controller-directory-id", "ID", "Its directory", false, "d"}, true},
    kDryRun,
});

constexpr auto kCommands = std::to_array<ArgumentList>({
    {"describe", "Shows the metadata quorum.", kDescribe},
    {"add-controller", "Makes a controller a voter.", kAdd},
    {"remove-controller", "Makes a voter a mere observer.", kRemove},
});
constexpr Grammar kGrammar{{"kafka-metadata-quorum", "Shows and changes the metadata quorum.", kProgram, true},
                           kCommands};

using Done = Result<void, std::string>;
using Table = std::vector<std::vector<std::string>>;

// Columns as wide as their widest cells.
void print_table(Console& console, const Table& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) console.print("{:<{}}\t", row[i], widths[i]);
    console.out("\n");
  }
}

const client::QuorumReplica* leader_of(const client::QuorumDescription& quorum) {
  const auto at = std::ranges::find(quorum.voters, quorum.leader, &client::QuorumReplica::id);
  return at == quorum.voters.end() ? nullptr : &*at;
}

void show_replication(Console& console, const client::QuorumDescription& quorum, bool human) {
  Table rows{
      {"NodeId", "DirectoryId", "LogEndOffset", "Lag", "LastFetchTimestamp", "LastCaughtUpTimestamp", "Status"}};
  const auto* leader = leader_of(quorum);
  const std::int64_t end = leader == nullptr ? 0 : leader->log_end_offset;
  const std::int64_t now = runtime::TurnClock().wall().value();
  const auto time = [&](std::int64_t at) {
    if (!human || at < 0) return std::to_string(at);
    return fmt::format("{} ms ago", now - at);
  };
  const auto add = [&](const client::QuorumReplica& replica, std::string_view status) {
    rows.push_back({std::to_string(replica.id), replica.directory.text(), std::to_string(replica.log_end_offset),
                    std::to_string(end - replica.log_end_offset), time(replica.last_fetch_ms),
                    time(replica.last_caught_up_ms), std::string(status)});
  };
  if (leader != nullptr) add(*leader, "Leader");
  for (const auto& voter : quorum.voters) {
    if (voter.id != quorum.leader) add(voter, "Follower");
  }
  for (const auto& observer : quorum.observers) add(observer, "Observer");
  print_table(console, rows);
}

std::string endpoint_text(const client::QuorumEndpoint& at) {
  const bool bracket = at.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", at.listener, bracket ? "[" : "", at.host, bracket ? "]" : "", at.port);
}

std::string replicas_text(const client::QuorumDescription& quorum, const std::vector<client::QuorumReplica>& replicas) {
  std::vector<std::string> shown;
  for (const auto& replica : replicas) {
    const std::string id = replica.directory.is_zero() ? "null" : fmt::format("\"{}\"", replica.directory.text());
    std::string endpoints;
    if (const auto at = quorum.endpoints.find(replica.id); at != quorum.endpoints.end() && !at->second.empty()) {
      std::vector<std::string> texts;
      for (const auto& endpoint : at->second) texts.push_back(fmt::format("\"{}\"", endpoint_text(endpoint)));
      endpoints = fmt::format(", \"endpoints\": [{}]", fmt::join(texts, ", "));
    }
    shown.push_back(fmt::format("{{\"id\": {}, \"directoryId\": {}{}}}", replica.id, id, endpoints));
  }
  return fmt::format("[{}]", fmt::join(shown, ", "));
}

Done show_status(client::Admin& admin, Console& console, const client::QuorumDescription& quorum) {
  const auto cluster = admin.describe_cluster().get();
  if (!cluster) return plain_message(cluster.error());
  const auto* leader = leader_of(quorum);
  if (leader == nullptr) return std::string("No value present");
  const auto last = std::ranges::min_element(quorum.voters, {}, &client::QuorumReplica::log_end_offset);
  std::int64_t behind_ms = -1;
  if (last->id == leader->id) {
    behind_ms = 0;
  } else if (leader->last_caught_up_ms >= 0 && last->last_caught_up_ms >= 0) {
    behind_ms = leader->last_caught_up_ms - last->last_caught_up_ms;
  }
  const auto line = [&](std::string_view name, const auto& value) {
    console.print("{:<23} {}\n", fmt::format("{}:", name), value);
  };
  line("ClusterId", cluster->cluster_id);
  line("LeaderId", quorum.leader);
  line("LeaderEpoch", quorum.leader_epoch);
  line("HighWatermark", quorum.high_watermark);
  line("MaxFollowerLag", leader->log_end_offset - last->log_end_offset);
  line("MaxFollowerLagTimeMs", behind_ms);
  line("CurrentVoters", replicas_text(quorum, quorum.voters));
  line("CurrentObservers", replicas_text(quorum, quorum.observers));
  return {};
}

Done describe(const Options& options, client::Admin& admin, Console& console) {
  if (options.has("status") && options.has("replication")) {
    return std::string("Only one of --status or --replication should be specified with describe sub-command");
  }
  if (!options.has("status") && !options.has("replication")) {
    return std::string("One of --status or --replication must be specified with describe sub-command");
  }
  if (options.has("status") && options.has("human-readable")) {
    return std::string("The option --human-readable is only supported along with --replication");
  }
  const auto quorum = admin.describe_quorum().get();
  if (!quorum) return plain_message(quorum.error());
  if (options.has("status")) return show_status(admin, console, *quorum);
  show_replication(console, *quorum, options.has("human-readable"));
  return {};
}

// A controller as its settings file describes it.
struct Controller {
  std::int32_t id = -1;
  client::TopicId directory;
  std::vector<client::QuorumEndpoint> endpoints;
};

constexpr std::string_view kNoController = "Is this a valid controller configuration file?";

Result<client::TopicId, std::string> directory_id(const std::string& path) {
  const auto text = read_text(fmt::format("{}/{}", path, config::kMetaPropertiesName));
  const auto meta = text ? config::parse_meta_properties(*text)
                         : Result<config::MetaProperties, std::string>(text.error().text);
  if (!meta) return fmt::format("Unable to read meta.properties from {}", path);
  if (!meta->directory_id) return fmt::format("No directory id found in {}", path);
  return client::TopicId{meta->directory_id->high, meta->directory_id->low};
}

Result<Controller, std::string> read_controller(const std::string& path) {
  client::AdminConfig file;
  if (const auto read = read_settings(path, file); !read) return read.error().text;
  const auto get = [&](const char* name) {
    const auto at = file.values().find(name);
    return at == file.values().end() ? std::string() : at->second;
  };
  Controller result;
  const auto id = whole_number(get("node.id"));
  if (!id) return fmt::format("node.id not found in configuration file. {}", kNoController);
  if (*id < 0) return fmt::format("node.id was negative in configuration file. {}", kNoController);
  result.id = static_cast<std::int32_t>(*id);
  if (get("process.roles").find("controller") == std::string::npos) {
    return fmt::format("process.roles did not contain 'controller' in configuration file. {}", kNoController);
  }
  std::string directory = get("metadata.log.dir");
  if (directory.empty()) {
    const auto directories = split_list(get("log.dirs"));
    if (directories.empty()) {
      return fmt::format("Neither metadata.log.dir nor log.dirs were found. {}", kNoController);
    }
    directory = directories.front();
  }
  const auto found = directory_id(directory);
  if (!found) return found.error();
  result.directory = *found;
  std::map<std::string, config::Listener> listeners;
  for (const char* name : {"listeners", "advertised.listeners"}) {
    for (const std::string& text : split_list(get(name))) {
      const auto listener = config::parse_listener(text);
      if (!listener) return fmt::format("{} is not a listener. {}", text, kNoController);
      listeners[listener->name] = *listener;
    }
  }
  const auto names = split_list(get("controller.listener.names"));
  if (names.empty()) return fmt::format("controller.listener.names was not found. {}", kNoController);
  for (const std::string& name : names) {
    const auto at = listeners.find(name);
    if (at == listeners.end()) return "Cannot find information about controller listener name: " + name;
    const auto& [host, port] = at->second.address;
    result.endpoints.push_back({name, host.empty() ? "localhost" : host, port});
  }
  return result;
}

std::string refusal(const client::Error& error) {
  return fmt::format("{}: {}", java_name(error), plain_message(error));
}

Done add_controller(const Options& options, client::Admin& admin, Console& console) {
  const auto path = options.value("command-config");
  if (!path) {
    return std::string("You must supply the configuration file of the controller you are adding when using "
                       "add-controller.");
  }
  const auto controller = read_controller(*path);
  if (!controller) return controller.error();
  const bool dry = options.has("dry-run");
  if (!dry) {
    const auto added = admin.add_voter(controller->id, controller->directory, controller->endpoints).get();
    if (!added) return refusal(added.error());
  }
  std::vector<std::string> endpoints;
  for (const auto& at : controller->endpoints) endpoints.push_back(endpoint_text(at));
  console.print("{} controller {} with directory id {} and endpoints: {}\n", dry ? "DRY RUN of adding" : "Added",
                controller->id, controller->directory.text(), fmt::join(endpoints, ", "));
  return {};
}

Done remove_controller(const Options& options, client::Admin& admin, Console& console) {
  const std::string id_text = options.get("controller-id");
  const std::string directory_text = options.get("controller-directory-id");
  const auto id = whole_number(id_text);
  const auto directory = parse_id(directory_text);
  if (*id < 0) return fmt::format("Invalid negative --controller-id: {}", id_text);
  if (!directory) return "Failed to parse --controller-directory-id: " + directory.error().line;
  const bool dry = options.has("dry-run");
  if (!dry) {
    const auto removed = admin.remove_voter(static_cast<std::int32_t>(*id), *directory).get();
    if (!removed) return refusal(removed.error());
  }
  console.print("{} KRaft controller {} with directory id {}\n", dry ? "DRY RUN of removing " : "Removed", *id,
                directory_text);
  return {};
}

}  // namespace

int kafka_metadata_quorum(const Arguments& arguments, Console& console) {
  const auto call = read_call(kGrammar, arguments);
  if (!call) {
    print_no_call(console, kGrammar, call.error());
    return call.error().wrong.empty() ? 0 : 1;
  }
  const auto& [command, options] = *call;
  auto admin = connect(options, console);
  Done done;
  if (!admin) {
    done = admin.error().text;
  } else if (command == "describe") {
    done = describe(options, *admin, console);
  } else {
    done = command == "add-controller" ? add_controller(options, *admin, console)
                                       : remove_controller(options, *admin, console);
  }
  if (done) return 0;
  console.complain("{}\n", done.error());
  return 1;
}

}  // namespace millrace::cli
