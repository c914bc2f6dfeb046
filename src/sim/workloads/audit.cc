#include "sim/workloads/audit.h"

#include <memory>

#include "sim/workloads/consumer.h"

namespace millrace::sim {
namespace {

constexpr Millis kPatience{600'000};

}  // namespace

void audit(World& world, BrokerNode& broker, Stage& stage) {
  broker.end_and_restart();
  if (!stage.history.ok()) return;
  Consumer* auditor = nullptr;
  Prng dice = world.workload().fork(300);
  Node& desk = world.add_node("auditor", 1, each_shard([&](ports::Shard& shard) {
                                auto made = std::make_unique<Consumer>(shard, stage, dice, "auditor");
                                auditor = made.get();
                                return made;
                              }));
  world.start(desk);
  if (!broker.until([&] { return auditor->at_end(); }, kPatience, "the partitions cannot be read to their end")) return;
  for (std::size_t i = 0; i < auditor->lanes(); ++i) {
    stage.history.final_contents(auditor->partition(i), auditor->contents(i));
  }
}

}  // namespace millrace::sim
