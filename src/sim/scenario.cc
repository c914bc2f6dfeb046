#include "sim/scenario.h"

#include "sim/world.h"

namespace millrace::sim {

void take_stock(World& world, Outcome& outcome) {
  outcome.hash = world.trace().hash();
  outcome.events = world.trace().events();
  outcome.time = world.now();
  outcome.coverage = world.run().faults.coverage();
  outcome.connections_broken = world.net().broken();
}

}  // namespace millrace::sim
