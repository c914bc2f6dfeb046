#include "broker/node.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/head.h"
#include "broker/limits.h"

namespace millrace::broker {
namespace {

struct Shared {
  explicit Shared(std::shared_ptr<const config::ServerConfig> settings)
      : config(std::move(settings)), siblings(kShards) {}
  std::shared_ptr<const config::ServerConfig> config;
  Siblings siblings;
};

class NodeApp final : public ports::App {
 public:
  NodeApp(ports::Shard& shard, std::shared_ptr<Shared> shared)
      : shared_(std::move(shared)), broker_(shard, *shared_->config, shared_->siblings) {
    MR_ASSERT(shard.count <= kShards);
    if (shard.id == ShardId(0)) head_ = std::make_unique<Head>(broker_);
  }

  void start() override {
    if (head_ != nullptr) head_->start();
  }

  void stop(Task stopped) override {
    if (head_ != nullptr) {
      head_->stop(std::move(stopped));
    } else {
      broker_.when_shut(std::move(stopped));
    }
  }

 private:
  std::shared_ptr<Shared> shared_;
  Broker broker_;
  std::unique_ptr<Head> head_;
};

}  // namespace

NodeFactory node_factory(std::shared_ptr<const config::ServerConfig> config) {
  return [shared = std::make_shared<Shared>(std::move(config))](ports::Shard& shard) {
    return std::make_unique<NodeApp>(shard, shared);
  };
}

}  // namespace millrace::broker
