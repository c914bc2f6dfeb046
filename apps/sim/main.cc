// `millrace-sim`: whole nodes with their clients in one deterministic process (dev sim).
#include <CLI/CLI.hpp>
#include <cstdio>

#include "apps/sim/runs.h"

int main(int argc, char** argv) {
  millrace::apps::SimOptions options;
  bool sweep = false;
  bool planted = false;
  CLI::App app("Runs simulated nodes and clients from seeds; prints each promise that breaks, and how to replay it");
  app.add_option("--seed", options.seed, "Run this seed only");
  auto* seeds = app.add_option("--seeds", options.seeds, "How many seeds, one after the other");
  app.add_option("--from", options.from, "The first of them");
  app.add_option("--workload", options.workload, "Only this one")
      ->check(CLI::IsMember({"log", "node", "client"}));
  app.add_flag("--sweep", sweep, "Count every probe and fault point, and fail if one was never reached");
  app.add_flag("--planted", planted, "Switch on each planted bug in turn; fail if one is not found");
  app.add_option("--bug", options.bug, "With --planted: only this bug");
  app.add_flag("--verbose", options.verbose, "Print every event");
  CLI11_PARSE(app, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 16);  // a run that is stopped has said what it found
  if (planted && options.seed) planted = false;  // the replay of a run with a bug
  if (planted) {
    if (seeds->count() == 0) options.seeds = 1'000;
    return millrace::apps::run_planted(options);
  }
  if (sweep) {
    if (seeds->count() == 0) options.seeds = 200;
    return millrace::apps::run_sweep(options);
  }
  return millrace::apps::run_seeds(options);
}
