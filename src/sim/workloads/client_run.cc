#include "sim/workloads/client_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sim/workloads/audit.h"
#include "sim/workloads/client.h"
#include "sim/workloads/core_consumer.h"
#include "sim/workloads/core_producer.h"
#include "sim/workloads/core_watcher.h"

namespace millrace::sim {
namespace {

constexpr Millis kFinishPatience{600'000};  // for all that is left to do once nothing fails
constexpr Millis kStopPatience{60'000};     // for a client to leave
constexpr std::uint32_t kLives = 1'000;     // of one client, at most: its lives are numbered apart

class ClientRun {
 public:
  ClientRun(const RunOptions& options, Format& format);
  Outcome run();

 private:
  void add_clients();
  // One client after the other dies and comes back, until nothing fails any more.
  void plan_death();
  void finish();
  bool all_processed();
  void stop_consumers();
  void describe();

  Prng shape_;
  const Traffic traffic_;
  History history_;
  GroupReads reads_{history_};
  Stage stage_;
  World world_;
  Prng& dice_;
  BrokerNode broker_;
  std::vector<Node*> mortal_;
  std::vector<Node*> consumer_nodes_;
  std::vector<CoreProducer*> producers_;
  std::vector<CoreConsumer*> consumers_;
  std::uint64_t deaths_ = 0;
};

ClientRun::ClientRun(const RunOptions& options, Format& format)
    : shape_(Prng(options.seed).fork(97)),
      traffic_(Traffic::draw(shape_)),
      stage_{traffic_, history_, kBrokerHost, kBrokerPort},
      world_({options.seed, Profile::draw(shape_, false), options.planted, options.trace_to}),
      dice_(world_.workload()),
      broker_(world_, history_, false) {
  if (broker_.prepare(format)) add_clients();
}

void ClientRun::add_clients() {
  const auto add = [this](const std::string& name, auto make) -> Node& {
    Node& node = world_.add_node(name, 1, each_shard(std::move(make)));
    world_.start(node);
    return node;
  };
  add("admin", [this](ports::Shard& shard) { return make_admin(shard, stage_, dice_.fork(2)); });
  add("watcher", [this](ports::Shard& shard) {
    return std::make_unique<CoreWatcher>(shard, stage_, reads_, dice_.fork(3));
  });
  producers_.resize(traffic_.producers);
  for (std::uint32_t i = 0; i < traffic_.producers; ++i) {
    auto make = [this, i, life = 0U](ports::Shard& shard) mutable {
      const std::uint32_t number = (i + 1) * kLives + life++;
      auto producer = std::make_unique<CoreProducer>(shard, stage_, dice_.fork(number), number);
      producers_[i] = producer.get();
      return producer;
    };
    mortal_.push_back(&add(fmt::format("producer{}", i), std::move(make)));
  }
  const Prng group = shape_.fork(1);
  consumers_.resize(1 + dice_.below(3));
  for (std::uint32_t i = 0; i < consumers_.size(); ++i) {
    auto make = [this, group, i, life = 0U](ports::Shard& shard) mutable {
      const std::uint32_t number = (i + 500) * kLives + life++;
      auto consumer = std::make_unique<CoreConsumer>(shard, stage_, reads_, dice_.fork(number), group, number);
      consumers_[i] = consumer.get();
      return consumer;
    };
    consumer_nodes_.push_back(&add(fmt::format("consumer{}", i), std::move(make)));
    mortal_.push_back(consumer_nodes_.back());
  }
  if (dice_.one_in(2)) plan_death();
}

void ClientRun::plan_death() {
  world_.after(between(dice_, 0, 6'000'000'000), [this] {
    if (stage_.calm) return;
    Node& node = *mortal_[dice_.below(mortal_.size())];
    ++deaths_;
    node.kill(Crash::process, static_cast<Farewell>(dice_.below(3)));
    world_.start(node);
    plan_death();
  });
}

bool ClientRun::all_processed() {
  const auto partitions = traffic_.partitions();
  return std::all_of(partitions.begin(), partitions.end(), [this](const PartitionName& partition) {
    return reads_.processed_end(partition) >= history_.acknowledged_end(partition).value();
  });
}

// Nothing fails any more: everything has to go through.
void ClientRun::finish() {
  broker_.settle();
  stage_.calm = true;
  const auto sent = [this] {
    return std::all_of(producers_.begin(), producers_.end(), [](const auto* one) { return one->finished(); });
  };
  const auto read = [this] {
    return all_processed() &&
           std::all_of(consumers_.begin(), consumers_.end(), [](const auto* one) { return one->settled(); });
  };
  if (broker_.until(sent, kFinishPatience, "nothing fails, and producers do not come to their end") &&
      broker_.until(read, kFinishPatience, "nothing fails, and the group does not read to the end")) {
    stop_consumers();
  }
  if (history_.ok()) audit(world_, broker_, stage_);
  if (!history_.ok()) describe();
}

// For a verbose run: where the group stood.
void ClientRun::describe() {
  for (const auto& partition : traffic_.partitions()) {
    world_.note(fmt::format("{}-{}: acknowledged up to {}, processed up to {}, committed {}", partition.topic,
                            partition.index, history_.acknowledged_end(partition).value(),
                            reads_.processed_end(partition), reads_.mark(partition)));
  }
  for (std::size_t i = 0; i < consumers_.size(); ++i) {
    if (consumer_nodes_[i]->running()) world_.note(fmt::format("consumer{}: {}", i, consumers_[i]->describe()));
  }
}

void ClientRun::stop_consumers() {
  std::size_t stopped = 0;
  for (Node* node : consumer_nodes_) node->stop([&stopped] { ++stopped; });
  broker_.until([&] { return stopped == consumer_nodes_.size(); }, kStopPatience, "consumers do not leave their group");
}

Outcome ClientRun::run() {
  if (history_.ok()) broker_.storm();
  if (history_.ok()) finish();
  Outcome outcome;
  outcome.broken = history_.broken();
  outcome.kills = broker_.kills() + deaths_;
  outcome.acknowledged = history_.acknowledged_records();
  outcome.read = history_.read_records();
  outcome.lost = broker_.lost();
  take_stock(world_, outcome);
  return outcome;
}

}  // namespace

Outcome run_client(const RunOptions& options, Format& format) { return ClientRun(options, format).run(); }

}  // namespace millrace::sim
