#include "sim/workloads/broker_node.h"

#include <utility>
#include <vector>

#include "broker/node.h"
#include "config/settings.h"
#include "sim/files.h"

namespace millrace::sim {
namespace {

constexpr Millis kStopPatience{120'000};  // for a clean stop

class Ids final : public ports::Random {
 public:
  explicit Ids(Prng prng) : prng_(prng) {}
  std::uint64_t next() override { return prng_.next(); }
  std::uint64_t secure() override { return prng_.next(); }

 private:
  Prng prng_;
};

}  // namespace

bool BrokerNode::prepare(Format& format) {
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
  node_ = &world_.add_node(kBrokerHost, shards, [this](const std::vector<ports::Shard*>& all) {
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
  world_.start(*node_);
  return true;
}

bool BrokerNode::until(Callback<bool()> done, Millis patience, const char* what) {
  const MonoTime limit = world_.now() + patience;
  const bool reached = world_.run_until(
      [this, &done] { return !history_.ok() || !node_->failure().empty() || done(); }, limit);
  if (!node_->failure().empty()) history_.fail("the node gave up: " + node_->failure());
  if (!reached) history_.fail(what);
  return history_.ok();
}

void BrokerNode::storm() {
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

void BrokerNode::strike() {
  if (!node_->running()) return;
  if (!disks_ && dice_.one_in(6)) return stop_cleanly();
  ++kills_;
  node_->kill(dice_.one_in(4) ? Crash::process : Crash::power, static_cast<Farewell>(dice_.below(3)));
}

void BrokerNode::stop_cleanly() {
  bool stopped = false;
  node_->stop([&stopped] { stopped = true; });
  const MonoTime limit = world_.now() + kStopPatience;
  world_.run_until([&] { return stopped || !node_->running(); }, limit);
  if (node_->running()) {
    history_.fail("a clean stop does not end");
    node_->kill(Crash::process, Farewell::reset);
  }
}

void BrokerNode::cut_power() {
  ++kills_;
  node_->kill(Crash::power, Farewell::reset);
}

void BrokerNode::settle() {
  world_.calm_down();
  if (!node_->running()) {
    world_.start(*node_);
  } else if (dice_.one_in(2)) {
    cut_power();
    world_.start(*node_);
  }
}

void BrokerNode::end_and_restart() {
  if (dice_.one_in(2)) {
    stop_cleanly();
  } else {
    cut_power();
  }
  if (history_.ok()) world_.start(*node_);
}

}  // namespace millrace::sim
