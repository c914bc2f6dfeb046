#include "sim/workloads/node_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sim/workloads/audit.h"
#include "sim/workloads/consumer.h"
#include "sim/workloads/member.h"
#include "sim/workloads/producer.h"

namespace millrace::sim {
namespace {

constexpr Millis kFinishPatience{600'000};   // for all that is left to do once nothing fails
constexpr Millis kWakePatience{10'000};      // for a waiting fetch to see what was acknowledged

class NodeRun {
 public:
  NodeRun(const RunOptions& options, Format& format);
  Outcome run();

 private:
  void add_clients();
  void finish();

  Prng shape_;
  const bool disks_;  // whether they fail, too
  const Traffic traffic_;
  History history_;
  GroupHistory groups_{history_};
  Stage stage_;
  World world_;
  Prng& dice_;
  BrokerNode broker_;
  std::vector<Producer*> producers_;
  std::vector<Consumer*> consumers_;
  std::vector<Member*> members_;
};

NodeRun::NodeRun(const RunOptions& options, Format& format)
    : shape_(Prng(options.seed).fork(98)),
      disks_(shape_.one_in(4)),
      traffic_(Traffic::draw(shape_)),
      stage_{traffic_, history_, kBrokerHost, kBrokerPort},
      world_({options.seed, Profile::draw(shape_, disks_), options.planted, options.trace_to}),
      dice_(world_.workload()),
      broker_(world_, history_, disks_) {
  if (broker_.prepare(format)) add_clients();
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

// Nothing fails any more: everything has to go through.
void NodeRun::finish() {
  broker_.settle();
  stage_.calm = true;
  const auto sent = [this] {
    return std::all_of(producers_.begin(), producers_.end(), [](const auto* one) { return one->finished(); });
  };
  const auto seen = [this] {
    return std::all_of(consumers_.begin(), consumers_.end(), [](const auto* one) { return one->caught_up(); });
  };
  const auto settled = [this] {
    return std::all_of(members_.begin(), members_.end(), [](const auto* one) { return one->settled(); });
  };
  if (broker_.until(sent, kFinishPatience, "nothing fails, and producers do not come to their end") &&
      broker_.until(seen, kWakePatience, "nothing fails, and a waiting fetch does not see what was acknowledged") &&
      broker_.until(settled, kFinishPatience, "nothing fails, and a group does not settle")) {
    audit(world_, broker_, stage_);
  }
}

Outcome NodeRun::run() {
  if (history_.ok()) broker_.storm();
  if (history_.ok()) finish();
  Outcome outcome;
  outcome.broken = history_.broken();
  outcome.kills = broker_.kills();
  outcome.acknowledged = history_.acknowledged_records();
  outcome.read = history_.read_records();
  outcome.lost = broker_.lost();
  take_stock(world_, outcome);
  return outcome;
}

}  // namespace

Outcome run_node(const RunOptions& options, Format& format) { return NodeRun(options, format).run(); }

}  // namespace millrace::sim
