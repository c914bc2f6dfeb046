#include "sim/world.h"

#include <utility>

namespace millrace::sim {

World::World(const WorldOptions& options) : run_(options.seed, options.profile, options.planted), net_(run_) {
  run_.trace.print_to(options.trace_to);
}

World::~World() {
  nodes_.clear();
  run_.queue.drop(kWorld);
}

Node& World::add_node(const std::string& name, std::uint32_t shards, Boot boot) {
  const auto index = static_cast<std::int32_t>(nodes_.size());
  nodes_.push_back(std::make_unique<Node>(run_, net_, index, name, shards, std::move(boot)));
  return *nodes_.back();
}

void World::start(Node& node) { node.start(Owner(next_life_++)); }

void World::calm_down() {
  run_.profile = Profile::calm();
  run_.faults.rest();
  net_.end_silence();
  for (auto& node : nodes_) {
    node->disk().set_profile(run_.profile);
    node->disk().keep_power();
  }
}

bool World::run_until(Callback<bool()> done, MonoTime limit) {
  while (!done()) {
    if (!run_.queue.run_one(limit)) return false;
  }
  return true;
}

void World::run_for(Nanos duration) {
  const MonoTime limit = now() + duration;
  while (run_.queue.run_one(limit)) {
  }
}

}  // namespace millrace::sim
