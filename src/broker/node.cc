#include "broker/node.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/head.h"
#include "broker/limits.h"

namespace millrace::broker {

struct NodeFactory::Shared {
  explicit Shared(std::shared_ptr<const config::ServerConfig> settings)
      : config(std::move(settings)), siblings(kShards) {}
  std::shared_ptr<const config::ServerConfig> config;
  Siblings siblings;
  Head* head = nullptr;  // the first shard's
};

namespace {

class NodeApp final : public ports::App {
 public:
  // `keep` owns the other two.
  NodeApp(ports::Shard& shard, const config::ServerConfig& config, Siblings& siblings, std::shared_ptr<void> keep)
      : keep_(std::move(keep)), broker_(shard, config, siblings) {
    MR_ASSERT(shard.count <= kShards);
    if (shard.id == ShardId(0)) head_ = std::make_unique<Head>(broker_);
  }

  // Null except on the first shard.
  Head* head() { return head_.get(); }

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
  std::shared_ptr<void> keep_;
  Broker broker_;
  std::unique_ptr<Head> head_;
};

}  // namespace

NodeFactory::NodeFactory(std::shared_ptr<const config::ServerConfig> config)
    : shared_(std::make_shared<Shared>(std::move(config))) {}

std::unique_ptr<ports::App> NodeFactory::operator()(ports::Shard& shard) const {
  auto app = std::make_unique<NodeApp>(shard, *shared_->config, shared_->siblings, shared_);
  if (app->head() != nullptr) shared_->head = app->head();
  return app;
}

void NodeFactory::take_settings(const config::Settings& settings) const {
  if (shared_->head != nullptr) shared_->head->take_settings(settings);
}

}  // namespace millrace::broker
