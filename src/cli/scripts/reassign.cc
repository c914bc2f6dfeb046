// kafka-reassign-partitions.
#include <algorithm>
#include <array>

#include "cli/scripts/reassign_run.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"bootstrap-server", "HOST:PORT", "A server of the cluster"},
    {"bootstrap-controller", "HOST:PORT", "A controller instead"},
    {"command-config", "FILE", "Settings of the admin client"},
    {"generate", "", "Print an assignment that spreads topics over --broker-list, and carry nothing out"},
    {"execute", "", "Begin to move replicas to where --reassignment-json-file says"},
    {"verify", "", "Show how far that is, and remove the throttles when it is done"},
    {"cancel", "", "End moves that are under way"},
    {"list", "", "Show all moves that are under way"},
    {"reassignment-json-file", "FILE",
     R"({"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[1],"log_dirs":["any"]}]})"},
    {"topics-to-move-json-file", "FILE", R"({"version":1,"topics":[{"topic":"a"}]})"},
    {"broker-list", "LIST", "Brokers, as 0,1,2"},
    {"disable-rack-aware", "", "With --generate: without regard to racks"},
    {"throttle", "BYTES", "Between brokers, bytes a second at most"},
    {"replica-alter-log-dirs-throttle", "BYTES", "Between directories, bytes a second at most"},
    {"timeout", "MS", "How long moves between directories may take to begin (default 10000)"},
    {"additional", "", "Beside the moves that are under way"},
    {"preserve-throttles", "", "Leave the throttles as they are"},
    {"disallow-replication-factor-change", "", "With --execute: refuse to give a partition more or fewer replicas"},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

struct Action {
  std::string_view name;
  std::vector<std::string_view> required;
  std::vector<std::string_view> allowed;
};

const std::array<Action, 5>& actions() {
  static const std::array<Action, 5> kActions{{
      {"generate", {"topics-to-move-json-file", "broker-list"}, {"disable-rack-aware"}},
      {"execute", {"reassignment-json-file"},
       {"additional", "throttle", "replica-alter-log-dirs-throttle", "timeout", "disallow-replication-factor-change"}},
      {"verify", {"reassignment-json-file"}, {"preserve-throttles"}},
      {"cancel", {"reassignment-json-file"}, {"preserve-throttles", "timeout", "bootstrap-controller"}},
      {"list", {}, {"bootstrap-controller"}},
  }};
  return kActions;
}

// The action, or what is wrong with the options.
Result<const Action*, std::string> action_of(const Options& options) {
  const Action* action = nullptr;
  int count = 0;
  for (const Action& candidate : actions()) {
    if (!options.has(candidate.name)) continue;
    action = &candidate;
    ++count;
  }
  if (count != 1) {
    return std::string("Command must include exactly one action: --generate, --execute, --verify, --cancel, --list");
  }
  if (auto wrong = not_a_number(options, {"throttle", "replica-alter-log-dirs-throttle", "timeout"})) {
    return *std::move(wrong);
  }
  const bool server = options.has("bootstrap-server");
  if (server && options.has("bootstrap-controller")) {
    return std::string("Please don't specify both --bootstrap-server and --bootstrap-controller");
  }
  if (!server && !options.has("bootstrap-controller")) {
    return std::string("Please specify either --bootstrap-server or --bootstrap-controller");
  }
  for (const std::string_view name : action->required) {
    if (!options.has(name)) return fmt::format("Missing required argument \"[{}]\"", name);
  }
  for (const OptionSpec& spec : kOptions) {
    if (!options.has(spec.name) || spec.name == action->name || spec.name == "bootstrap-server" ||
        spec.name == "command-config") {
      continue;
    }
    const auto among = [&](const auto& names) { return std::ranges::find(names, spec.name) != names.end(); };
    if (!among(action->required) && !among(action->allowed)) {
      return fmt::format("Option \"[{}]\" can't be used with action \"[{}]\"", spec.name, action->name);
    }
  }
  return action;
}

Reassigner::Done run(const Action& action, const Options& options, Reassigner& reassigner) {
  if (action.name == "list") return reassigner.list();
  const auto text = read_text(options.get(action.required.front()));
  if (!text) return fmt::format("Error: Unable to read file {}", options.get(action.required.front()));
  const auto number = [&](const char* name, std::int64_t fallback) {
    return whole_number(options.get(name)).value_or(fallback);
  };
  const bool keep = options.has("preserve-throttles");
  Reassigner::Execution how;
  how.additional = options.has("additional");
  how.factor_may_change = !options.has("disallow-replication-factor-change");
  how.throttle = number("throttle", -1);
  how.directory_throttle = number("replica-alter-log-dirs-throttle", -1);
  how.patience_ms = number("timeout", how.patience_ms);
  if (action.name == "generate") {
    return reassigner.generate(*text, options.get("broker-list"), !options.has("disable-rack-aware"));
  }
  if (action.name == "execute") return reassigner.execute(*text, how);
  if (action.name == "verify") return reassigner.verify(*text, keep);
  return reassigner.cancel(*text, keep, how.patience_ms);
}

}  // namespace

int kafka_reassign_partitions(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console, "This tool helps to move topic partitions between replicas.",
                                      kOptions);
  if (!options) return options.error();
  const auto action = action_of(*options);
  if (!action) return script_usage(console, action.error(), kOptions);
  if (const auto wrong = given_twice(*options, kOptions)) return script_usage(console, *wrong, kOptions);
  auto admin = connect(*options, console);
  if (!admin) {
    console.print("Error: {}\n", admin.error().text);
    return 1;
  }
  Reassigner reassigner(*admin, console);
  const auto done = run(**action, *options, reassigner);
  if (done) return 0;
  console.print("{}\n", done.error());
  return 1;
}

}  // namespace millrace::cli
