#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/testing/quorum_app.h"
#include "metadata/record_frame.h"
#include "protocol/gen/create_topics.h"
#include "record/record_reader.h"
#include "sim/world.h"

namespace millrace::controller {

// A simulated node whose quorum can be looked at.
class Cluster {
 public:
  explicit Cluster(std::uint64_t seed, sim::Profile profile = sim::Profile::calm())
      : world({seed, profile, std::nullopt, nullptr}) {
    plan.server = plain_server_config();
    node = &world.add_node("node", 1, sim::each_shard([this](ports::Shard& shard) {
      return std::make_unique<QuorumApp>(shard, plan);
    }));
  }
  QuorumApp& app() { return static_cast<QuorumApp&>(node->app(0)); }

  void start() {
    bool ready = false;
    plan.ready = [&ready](QuorumApp&) { ready = true; };
    world.start(*node);
    EXPECT_TRUE(world.run_until([&] { return ready; }, world.now() + Millis(10'000)))
        << plan.failure << node->failure();
    plan.ready = nullptr;
  }
  void stop() {
    bool stopped = false;
    node->stop([&stopped] { stopped = true; });
    EXPECT_TRUE(world.run_until([&] { return stopped; }, world.now() + Millis(10'000)));
  }
  void kill(sim::Crash crash) {
    node->kill(crash, sim::Farewell::reset);
    plan.clean_epoch = -1;
  }
  // Does something inside a turn of the node and waits until it is answered.
  template <typename Response, typename Request>
  void ask(const Request& request, std::int16_t version, std::function<void(const Response&)> check) {
    bool answered = false;
    app().shard().timers.at(world.now(), [&] {
      app().ask<Response, Request>(request, version, [&](const Response& response) {
        check(response);
        answered = true;
      });
    });
    EXPECT_TRUE(world.run_until([&] { return answered; }, world.now() + Millis(10'000)));
  }
  std::int16_t create(std::string_view name, std::int32_t partitions = 1) {
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    std::int16_t code = -1;
    ask<protocol::CreateTopicsResponse>(
        request, 7, [&](const protocol::CreateTopicsResponse& response) { code = response.topics.at(0).error_code; });
    return code;
  }
  const metadata::PartitionImage& partition(std::string_view topic) {
    return app().image()->topic(topic)->partitions[0];
  }

  // The log as a list of record types by batch: "c2" for control records, "2 4 3" for metadata records.
  std::vector<std::string> story() {
    const std::string file = *node->disk().contents("data/__cluster_metadata-0/00000000000000000000.log");
    std::vector<std::string> batches;
    record::BatchWalk walk(as_bytes(file));
    while (walk.next()) {
      record::Scratch scratch;
      auto reader = *record::RecordReader::open(walk.batch(), scratch);
      std::string types;
      for (record::Record record; reader.next(record);) {
        if (!types.empty()) types += ' ';
        types += walk.batch().is_control() ? "c" + std::to_string(*record::control_type(record))
                                           : std::to_string(metadata::parse_frame(*record.value)->type);
      }
      batches.push_back(types);
    }
    return batches;
  }

  QuorumAppPlan plan;
  sim::World world;
  sim::Node* node;
};

}  // namespace millrace::controller
