#include "apps/sim/runs.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <span>

#include "cli/storage.h"
#include "config/format_plan.h"
#include "sim/workloads/client_run.h"
#include "sim/workloads/log_run.h"
#include "sim/workloads/node_run.h"

namespace millrace::apps {
namespace {

constexpr WallTime kFormatted{1'790'000'000'000};

Result<void, std::string> format_node(ports::BlockingFiles& files, ports::Random& random,
                                      const config::ServerConfig& config) {
  const auto found = cli::look_at_directories(files, config);
  if (!found) return found.error();
  config::FormatRequest request;
  request.cluster_id = random.uuid().text();
  request.quorum = config::FormatRequest::Quorum::standalone;
  const auto plan = config::plan_format(config, request, *found, cli::fresh_directory_ids(random, config));
  if (!plan) return plan.error();
  return cli::write_format(files, *plan, kFormatted);
}

using NodeWorkload = sim::Outcome(const sim::RunOptions&, sim::Format&);

template <NodeWorkload* Run>
sim::Outcome with_format(const sim::RunOptions& options) {
  sim::Format format = [](ports::BlockingFiles& files, ports::Random& random, const config::ServerConfig& config) {
    return format_node(files, random, config);
  };
  return Run(options, format);
}

struct Workload {
  const char* name;
  sim::Outcome (*run)(const sim::RunOptions&);
};
constexpr Workload kWorkloads[] = {{"log", sim::run_logs},
                                  {"node", with_format<sim::run_node>},
                                  {"client", with_format<sim::run_client>}};

// What runs now, for the line that an assertion's end prints.
char present_run[200];

extern "C" void say_what_ran(int) { std::fputs(present_run, stderr); }

std::string replay(const Workload& workload, const sim::RunOptions& run) {
  std::string command = fmt::format("./dev sim --workload {} --seed {}", workload.name, run.seed);
  if (run.planted) command += fmt::format(" --planted --bug {}", sim::name_of(*run.planted));
  return command;
}

sim::Outcome run_one(const Workload& workload, const sim::RunOptions& run) {
  const auto line = fmt::format_to_n(present_run, sizeof present_run - 1,
                                     "{} seed {}: an invariant is broken\n  replay: {}\n", workload.name, run.seed,
                                     replay(workload, run));
  *line.out = '\0';
  return workload.run(run);
}

void report(const Workload& workload, const sim::RunOptions& run, const sim::Outcome& outcome) {
  fmt::print("{} seed {}: BROKEN: {}\n  hash {:016x}; replay: {}\n", workload.name, run.seed, outcome.broken,
             outcome.hash, replay(workload, run));
}

bool wanted(const SimOptions& options, const Workload& workload) {
  return options.workload.empty() || options.workload == workload.name;
}

std::optional<ports::Planted> bug_of(const SimOptions& options) {
  return options.bug.empty() ? std::nullopt : sim::planted_named(options.bug);
}

// Runs the seeds that were asked for. Returns how many of the runs broke a promise.
std::uint64_t run_all(const SimOptions& options, sim::Coverage& coverage) {
  const std::uint64_t first = options.seed.value_or(options.from);
  const std::uint64_t count = options.seed ? 1 : options.seeds;
  std::uint64_t broken = 0;
  for (const auto& workload : kWorkloads) {
    if (!wanted(options, workload)) continue;
    sim::Outcome sum;
    std::uint64_t broken_here = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      const sim::RunOptions run{seed, bug_of(options), options.verbose ? stdout : nullptr};
      const sim::Outcome outcome = run_one(workload, run);
      coverage.add(outcome.coverage);
      sum.hash = sum.hash * 31 + outcome.hash;
      sum.events += outcome.events;
      sum.kills += outcome.kills;
      sum.lost += outcome.lost;
      sum.acknowledged += outcome.acknowledged;
      sum.read += outcome.read;
      sum.time += outcome.time;
      if (outcome.broken.empty()) continue;
      ++broken_here;
      report(workload, run, outcome);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{}: {} seeds from {}, {} broken; {} events, {} kills, {} things lost with the power, {} records "
               "acknowledged, {} read, {} s of their time\n",
               workload.name, count, first, broken_here, sum.events, sum.kills, sum.lost, sum.acknowledged, sum.read,
               sum.time.value() / 1'000'000'000);
    fmt::print("{}: hash {:016x}\n", workload.name, sum.hash);
    fmt::print(stderr, "{}: {:.1f} seeds per second\n", workload.name, static_cast<double>(count) / took.count());
    broken += broken_here;
  }
  return broken;
}

}  // namespace

int run_seeds(const SimOptions& options) {
  if (!options.bug.empty() && !sim::planted_named(options.bug)) {
    fmt::print(stderr, "millrace-sim: --bug {}: no planted bug has that name (src/ports/faults.h)\n", options.bug);
    return 2;
  }
#ifndef MILLRACE_PLANTED
  if (!options.bug.empty()) return run_planted(options);
#endif
  std::signal(SIGABRT, say_what_ran);
  sim::Coverage coverage;
  return run_all(options, coverage) == 0 ? 0 : 1;
}

int run_sweep(const SimOptions& options) {
  std::signal(SIGABRT, say_what_ran);
  sim::Coverage coverage;
  bool failed = run_all(options, coverage) != 0;
  const auto line = [&failed](std::string_view kind, std::string_view name, std::uint64_t count) {
    fmt::print("{:<12} {:<28} {:>10}{}\n", kind, name, count, count == 0 ? "  NEVER REACHED" : "");
    failed = failed || count == 0;
  };
  for (std::size_t i = 0; i < sim::kProbes; ++i) {
    line("probe", sim::name_of(static_cast<ports::Probe>(i)), coverage.reached[i]);
  }
  for (std::size_t i = 0; i < sim::kFaultPoints; ++i) {
    line("fault point", sim::name_of(static_cast<ports::FaultPoint>(i)), coverage.struck[i]);
  }
  return failed ? 1 : 0;
}

#ifdef MILLRACE_PLANTED
int run_planted(const SimOptions& options) {
  std::signal(SIGABRT, say_what_ran);
  bool all_found = true;
  for (std::size_t i = 0; i < sim::kPlantedBugs; ++i) {
    const auto bug = static_cast<ports::Planted>(i);
    if (!options.bug.empty() && options.bug != sim::name_of(bug)) continue;
    bool found = false;
    for (std::uint64_t seed = options.from; seed < options.from + options.seeds && !found; ++seed) {
      for (const auto& workload : kWorkloads) {
        if (!wanted(options, workload)) continue;
        const sim::RunOptions run{seed, bug, nullptr};
        const sim::Outcome outcome = run_one(workload, run);
        if (outcome.broken.empty()) continue;
        found = true;
        fmt::print("{:<28} found: {} seed {}: {}\n", sim::name_of(bug), workload.name, seed, outcome.broken);
        break;
      }
    }
    if (!found) fmt::print("{:<28} NOT FOUND within {} seeds\n", sim::name_of(bug), options.seeds);
    std::fflush(stdout);
    all_found = all_found && found;
  }
  return all_found ? 0 : 1;
}
#else
int run_planted(const SimOptions&) {
  fmt::print(stderr, "millrace-sim: this build carries no planted bugs; use ./dev sim --planted\n");
  return 2;
}
#endif

}  // namespace millrace::apps
