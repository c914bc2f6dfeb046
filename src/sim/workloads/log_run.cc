#include "sim/workloads/log_run.h"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <vector>

#include "sim/workloads/log_user.h"
#include "sim/world.h"

namespace millrace::sim {
namespace {

constexpr const char* kDirectory = "logs";

// The logs of one shard.
class LogApp final : public ports::App {
 public:
  LogApp(ports::Shard& shard, std::deque<LogModel>& models, History& history, const log::LogOptions& options, Prng prng)
      : shard_(shard), options_(options), committer_(log::Committer::create(shard)) {
    for (std::size_t i = shard.id.value(); i < models.size(); i += shard.count) {
      users_.push_back(std::make_unique<LogUser>(shard, *committer_, models[i], history, prng.fork(i)));
    }
  }
  void start() override {
    ports::run_job<Status>(
        shard_.jobs,
        [](ports::BlockingFiles& files) -> Status {
          const Status made = files.create_directory(kDirectory);
          if (!made && made.error() != Error::exists) return made;
          return files.sync_directory(".");
        },
        [this](Status status) {
          if (!status) return shard_.process.fail("no directory for logs");
          for (auto& user : users_) user->open(options_);
        });
  }
  void stop(Task stopped) override { stopped(); }

 private:
  ports::Shard& shard_;
  const log::LogOptions options_;
  std::unique_ptr<log::Committer> committer_;
  std::vector<std::unique_ptr<LogUser>> users_;
};

}  // namespace

Outcome run_logs(const RunOptions& options) {
  Prng shape = Prng(options.seed).fork(99);
  const bool disks = shape.one_in(3);
  History history;
  std::deque<LogModel> models;
  World world({options.seed, Profile::draw(shape, disks), options.planted, options.trace_to});
  Prng& dice = world.workload();
  for (std::uint64_t i = 0; i < 1 + dice.below(4); ++i) {
    models.emplace_back();
    models.back().directory = fmt::format("{}/t-{}", kDirectory, i);
    models.back().topic_id = Uuid{7, i + 1};
  }
  log::LogOptions settings;
  settings.segment_bytes = ByteCount(4'000 + dice.below(60'000));
  settings.index_interval_bytes = ByteCount(dice.below(3'000));
  settings.segment_ms = Millis(static_cast<std::int64_t>(dice.one_in(2) ? 50 + dice.below(5'000) : 604'800'000));
  settings.retention_bytes = dice.one_in(2) ? static_cast<std::int64_t>(dice.below(200'000)) : -1;
  settings.retention = Millis(dice.one_in(3) ? static_cast<std::int64_t>(dice.below(3'000)) : -1);
  settings.file_delete_delay = Millis(static_cast<std::int64_t>(dice.below(2'000)));
  const auto shards = static_cast<std::uint32_t>(1 + dice.below(2));
  std::uint64_t life = 0;
  Node& node = world.add_node("node", shards, [&](const std::vector<ports::Shard*>& all) {
    ++life;
    std::vector<std::unique_ptr<ports::App>> apps;
    for (auto* shard : all) {
      apps.push_back(std::make_unique<LogApp>(*shard, models, history, settings, dice.fork(life)));
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
    node.kill(dice.one_in(4) ? Crash::process : Crash::power, Farewell::reset);
    ++outcome.kills;
    world.start(node);
  }
  // Everything opens when nothing fails.
  node.kill(Crash::power, Farewell::reset);
  node.disk().set_budget(~std::uint64_t{0});
  node.disk().set_profile(Profile::calm());
  world.start(node);
  const auto all_open = [&models] {
    return std::all_of(models.begin(), models.end(), [](const LogModel& model) { return model.open; });
  };
  const bool opened = world.run_until([&] { return !history.ok() || all_open(); }, world.now() + Millis(60'000));
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
