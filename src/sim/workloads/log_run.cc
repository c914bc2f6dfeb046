#include "sim/workloads/log_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "sim/workloads/log_app.h"
#include "sim/workloads/log_visit.h"
#include "sim/world.h"

namespace millrace::sim {
namespace {

constexpr Millis kStopPatience{120'000};  // for a clean stop
constexpr Millis kOpenPatience{60'000};

LogRunSettings draw_settings(Prng& dice) {
  LogRunSettings settings;
  log::LogOptions& options = settings.options;
  options.segment_bytes = ByteCount(4'000 + dice.below(60'000));
  options.index_interval_bytes = ByteCount(dice.below(3'000));
  options.segment_ms = Millis(static_cast<std::int64_t>(dice.one_in(2) ? 50 + dice.below(5'000) : 604'800'000));
  options.retention_bytes = dice.one_in(2) ? static_cast<std::int64_t>(dice.below(200'000)) : -1;
  options.retention = Millis(dice.one_in(3) ? static_cast<std::int64_t>(dice.below(3'000)) : -1);
  options.file_delete_delay = Millis(static_cast<std::int64_t>(dice.below(2'000)));
  settings.marks = !dice.one_in(4);
  settings.recovery_points = dice.one_in(2);
  // Small files, so that they are filled again and again.
  settings.journal_bytes = 3'000 + dice.below(dice.one_in(2) ? 8'000 : 200'000);
  settings.always_journal = !dice.one_in(3);
  return settings;
}

void add_model(std::deque<LogModel>& models, std::uint64_t number) {
  models.emplace_back();
  models.back().directory = fmt::format("{}/t-{}", kLogDirectory, number);
  models.back().partition = static_cast<std::int32_t>(number);
  models.back().topic_id = Uuid{7, number + 1};
}

// The node may die again while it finds out that Kafka was there.
void perhaps_visit(Node& node, std::deque<LogModel>& models, Prng& visits) {
  if (!visits.one_in(4)) return;
  visit_as_kafka(node.disk(), models, visits);
  if (visits.one_in(2)) node.kill_inside_job(1 + visits.below(120));
}

bool stop_cleanly(World& world, Node& node) {
  bool stopped = false;
  node.stop([&stopped] { stopped = true; });
  world.run_until([&] { return stopped || !node.running(); }, world.now() + kStopPatience);
  return !node.running();
}

}  // namespace

Outcome run_logs(const RunOptions& options) {
  Prng shape = Prng(options.seed).fork(99);
  const bool disks = shape.one_in(3);
  const bool rots = !disks && shape.one_in(3);
  History history;
  std::deque<LogModel> models;
  World world({options.seed, Profile::draw(shape, disks), options.planted, options.trace_to});
  Prng& dice = world.workload();
  for (std::uint64_t i = 0; i < 1 + dice.below(4); ++i) add_model(models, i);
  LogRunSettings settings = draw_settings(dice);
  settings.options.preallocate = shape.one_in(4);
  Prng visits = shape.fork(1);
  Prng cuts = shape.fork(2);
  const bool visited = !disks && !rots && visits.one_in(2);
  const auto shards = static_cast<std::uint32_t>(1 + dice.below(2));
  std::uint64_t life = 0;
  Node& node = world.add_node("node", shards, [&](const std::vector<ports::Shard*>& all) {
    ++life;
    settings.journal = settings.marks && !dice.one_in(3);
    auto shared = std::make_shared<LogDirectoryLife>();
    std::vector<std::unique_ptr<ports::App>> apps;
    for (auto* shard : all) {
      apps.push_back(make_log_app(*shard, models, history, settings, shared, dice.fork(life)));
    }
    return apps;
  });
  Outcome outcome;
  world.start(node);
  const std::uint64_t lives = 3 + dice.below(8);
  for (std::uint64_t i = 0; i < lives && history.ok(); ++i) {
    if (dice.one_in(4)) node.kill_inside_job(1 + dice.below(30));
    if (disks && dice.one_in(3)) node.disk().set_budget(node.disk().used() + dice.below(40'000));
    world.run_for(between(dice, 0, dice.one_in(3) ? 50'000'000 : 2'000'000'000));
    if (dice.one_in(2)) node.disk().set_budget(~std::uint64_t{0});
    if (node.running() && dice.one_in(4)) {
      if (!stop_cleanly(world, node)) history.fail("a clean stop does not end");
    }
    node.kill(dice.one_in(4) ? Crash::process : Crash::power, Farewell::reset);
    ++outcome.kills;
    if (visited) perhaps_visit(node, models, visits);
    for (auto& model : models) {
      if (rots) rot_or_mend(node.disk(), model, dice);
      look_at_index(node.disk(), model);
    }
    if (rots && !cuts.one_in(3)) node.kill_inside_job(1 + cuts.below(30));  // while damage is dealt with
    world.start(node);
  }
  // Everything opens when nothing fails.
  node.kill(Crash::power, Farewell::reset);
  node.disk().set_budget(~std::uint64_t{0});
  node.disk().set_profile(Profile::calm());
  for (auto& model : models) {
    mend(node.disk(), model);
    look_at_index(node.disk(), model);
  }
  world.start(node);
  const auto all_open = [&models] { return std::ranges::all_of(models, &LogModel::open); };
  const bool opened = world.run_until([&] { return !history.ok() || all_open(); }, world.now() + kOpenPatience);
  if (!opened) history.fail("the logs do not open: " + node.failure());
  outcome.broken = history.broken();
  outcome.lost = node.disk().lost();
  for (const auto& model : models) {
    outcome.acknowledged += model.records_durable;
    outcome.read += model.records_read;
  }
  take_stock(world, outcome);
  return outcome;
}

}  // namespace millrace::sim
