#include "sim/workloads/node_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "broker/node.h"
#include "config/settings.h"
#include "sim/files.h"
#include "sim/workloads/consumer.h"
#include "sim/workloads/member.h"
#include "sim/workloads/producer.h"
#include "sim/world.h"

namespace millrace::sim {
namespace {

constexpr const char* kHost = "broker";
constexpr std::uint16_t kPort = 9092;
constexpr Millis kStopPatience{120'000};     // for a clean stop
constexpr Millis kFinishPatience{600'000};   // for all that is left to do once nothing fails
constexpr Millis kWakePatience{10'000};      // for a waiting fetch to see what was acknowledged

class Ids final : public ports::Random {
 public:
  explicit Ids(Prng prng) : prng_(prng) {}
  std::uint64_t next() override { return prng_.next(); }
  std::uint64_t secure() override { return prng_.next(); }

 private:
  Prng prng_;
};

class NodeRun {
 public:
  NodeRun(const RunOptions& options, Format& format);
  Outcome run();

 private:
  bool prepare(Format& format);
  void add_clients();
  void storm();
  void strike();
  void stop_cleanly();
  void finish();
  void audit();
  bool until(Callback<bool()> done, Millis patience, const char* what);

  Prng shape_;
  const bool disks_;  // whether they fail, too
  const Traffic traffic_;
  History history_;
  GroupHistory groups_{history_};
  Stage stage_;
  std::shared_ptr<const config::ServerConfig> config_;
  World world_;
  Prng& dice_;
  Node* node_ = nullptr;
  std::vector<Producer*> producers_;
  std::vector<Consumer*> consumers_;
  std::vector<Member*> members_;
  std::uint64_t kills_ = 0;
};

NodeRun::NodeRun(const RunOptions& options, Format& format)
    : shape_(Prng(options.seed).fork(98)),
      disks_(shape_.one_in(4)),
      traffic_(Traffic::draw(shape_)),
      stage_{traffic_, history_, kHost, kPort},
      world_({options.seed, Profile::draw(shape_, disks_), options.planted, options.trace_to}),
      dice_(world_.workload()) {
  if (!prepare(format)) return;
  world_.start(*node_);
  add_clients();
}

bool NodeRun::prepare(Format& format) {
  config::StartOptions start;
  start.sets = {"process.roles=broker,controller",
                "node.id=1",
                "log.dirs=/data",
                "listeners=PLAINTEXT://:9092,CONTROLLER://:9093",
                "advertised.listeners=PLAINTEXT://broker:9092,CONTROLLER://broker:9093",
                "controller.listener.names=CONTROLLER",
                "auto.create.topics.enable=false",
                "offsets.topic.num.partitions=3",
                "offsets.topic.replication.factor=1",
                "group.initial.rebalance.delay.ms=100",
                "metadata.log.max.record.bytes.between.snapshots=1000",
                "internal.metadata.log.segment.bytes=4000",
                "metadata.max.retention.bytes=1",
                "group.min.session.timeout.ms=100"};
  auto loaded = config::load_server_config(start);
  if (!loaded) {
    history_.fail("settings: " + loaded.error());
    return false;
  }
  config_ = std::make_shared<const config::ServerConfig>(std::move(loaded->config));
  const auto shards = static_cast<std::uint32_t>(1 + dice_.below(3));
  node_ = &world_.add_node(kHost, shards, [this](const std::vector<ports::Shard*>& all) {
    auto factory = broker::node_factory(config_);
    std::vector<std::unique_ptr<ports::App>> apps;
    for (auto* shard : all) apps.push_back(factory(*shard));
    return apps;
  });
  node_->disk().set_profile(Profile::calm());
  JobFiles files(node_->disk(), kWorld);
  Ids ids(dice_.fork(1));
  if (const auto formatted = format(files, ids, *config_); !formatted) {
    history_.fail("format: " + formatted.error());
    return false;
  }
  node_->disk().set_profile(world_.run().profile);
  return true;
}

void NodeRun::add_clients() {
  const auto add = [this](const std::string& name, auto make) {
    world_.start(world_.add_node(name, 1, each_shard(std::move(make))));
  };
  add("admin", [this](ports::Shard& shard) { return make_admin(shard, stage_, dice_.fork(2)); });
  for (std::uint32_t i = 0; i < traffic_.producers; ++i) {
    add(fmt::format("producer{}", i), [this, i](ports::Shard& shard) {
      auto producer = std::make_unique<Producer>(shard, stage_, dice_.fork(100 + i), i);
      producers_.push_back(producer.get());
      return producer;
    });
  }
  for (std::uint32_t i = 0; i < traffic_.consumers; ++i) {
    add(fmt::format("consumer{}", i), [this, i](ports::Shard& shard) {
      auto consumer = std::make_unique<Consumer>(shard, stage_, dice_.fork(200 + i));
      consumers_.push_back(consumer.get());
      return consumer;
    });
  }
  for (std::uint32_t i = 0; i < traffic_.members; ++i) {
    add(fmt::format("member{}", i), [this, i](ports::Shard& shard) {
      auto member = std::make_unique<Member>(shard, stage_, groups_, dice_.fork(400 + i), i);
      members_.push_back(member.get());
      return member;
    });
  }
}

// Runs until `done`; a promise breaks if it is not by then.
bool NodeRun::until(Callback<bool()> done, Millis patience, const char* what) {
  const MonoTime limit = world_.now() + patience;
  const bool reached = world_.run_until(
      [this, &done] { return !history_.ok() || !node_->failure().empty() || done(); }, limit);
  if (!node_->failure().empty()) history_.fail("the node gave up: " + node_->failure());
  if (!reached) history_.fail(what);
  return history_.ok();
}

void NodeRun::storm() {
  const std::uint64_t strikes = 1 + dice_.below(5);
  for (std::uint64_t i = 0; i < strikes && history_.ok(); ++i) {
    if (dice_.one_in(4)) node_->kill_inside_job(1 + dice_.below(40));
    if (disks_ && dice_.one_in(3)) node_->disk().set_budget(node_->disk().used() + dice_.below(60'000));
    const Nanos life = between(dice_, 0, dice_.one_in(3) ? 300'000'000 : 5'000'000'000);
    world_.run_until([this] { return !history_.ok() || !node_->running(); }, world_.now() + life);
    if (!node_->failure().empty() && !disks_) history_.fail("the node gave up: " + node_->failure());
    if (!history_.ok()) return;
    node_->disk().set_budget(~std::uint64_t{0});
    strike();
    world_.run_for(between(dice_, 0, 500'000'000));
    world_.start(*node_);
  }
}

void NodeRun::strike() {
  if (!node_->running()) return;
  if (!disks_ && dice_.one_in(6)) return stop_cleanly();
  ++kills_;
  node_->kill(dice_.one_in(4) ? Crash::process : Crash::power, static_cast<Farewell>(dice_.below(3)));
}

void NodeRun::stop_cleanly() {
  bool stopped = false;
  node_->stop([&stopped] { stopped = true; });
  const MonoTime limit = world_.now() + kStopPatience;
  world_.run_until([&] { return stopped || !node_->running(); }, limit);
  if (node_->running()) {
    history_.fail("a clean stop does not end");
    node_->kill(Crash::process, Farewell::reset);
  }
}

// Nothing fails any more: everything has to go through.
void NodeRun::finish() {
  world_.calm_down();
  if (!node_->running()) {
    world_.start(*node_);
  } else if (dice_.one_in(2)) {
    ++kills_;
    node_->kill(Crash::power, Farewell::reset);
    world_.start(*node_);
  }
  stage_.calm = true;
  const auto sent = [this] {
    return std::all_of(producers_.begin(), producers_.end(), [](const auto* one) { return one->finished(); });
  };
  const auto seen = [this] {
    return std::all_of(consumers_.begin(), consumers_.end(), [](const auto* one) { return one->caught_up(); });
  };
  if (!until(sent, kFinishPatience, "nothing fails, and producers do not come to their end")) return;
  if (!until(seen, kWakePatience, "nothing fails, and a waiting fetch does not see what was acknowledged")) return;
  const auto settled = [this] {
    return std::all_of(members_.begin(), members_.end(), [](const auto* one) { return one->settled(); });
  };
  if (!until(settled, kFinishPatience, "nothing fails, and a group does not settle")) return;
  audit();
}

void NodeRun::audit() {
  if (dice_.one_in(2)) {
    stop_cleanly();
  } else {
    ++kills_;
    node_->kill(Crash::power, Farewell::reset);
  }
  if (!history_.ok()) return;
  world_.start(*node_);
  Consumer* auditor = nullptr;
  Node& desk = world_.add_node("auditor", 1, each_shard([&](ports::Shard& shard) {
                                 auto made = std::make_unique<Consumer>(shard, stage_, dice_.fork(300), "auditor");
                                 auditor = made.get();
                                 return made;
                               }));
  world_.start(desk);
  if (!until([&] { return auditor->at_end(); }, kFinishPatience, "the partitions cannot be read to their end")) return;
  for (std::size_t i = 0; i < auditor->lanes(); ++i) {
    history_.final_contents(auditor->partition(i), auditor->contents(i));
  }
}

Outcome NodeRun::run() {
  if (history_.ok()) storm();
  if (history_.ok()) finish();
  Outcome outcome;
  outcome.broken = history_.broken();
  outcome.kills = kills_;
  outcome.acknowledged = history_.acknowledged_records();
  outcome.read = history_.read_records();
  if (node_ != nullptr) outcome.lost = node_->disk().lost();
  take_stock(world_, outcome);
  return outcome;
}

}  // namespace

Outcome run_node(const RunOptions& options, Format& format) { return NodeRun(options, format).run(); }

}  // namespace millrace::sim
