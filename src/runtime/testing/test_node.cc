#include "runtime/testing/test_node.h"

#include <utility>

#include "base/assert.h"

namespace millrace::runtime {

void RecordingLogger::write(ports::Severity, std::string_view line) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(line);
}

bool RecordingLogger::contains(std::string_view part) {
  const std::lock_guard lock(mutex_);
  for (const std::string& line : lines_) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

class TestNode::StepApp final : public ports::App {
 public:
  StepApp(TestNode& node, ports::Shard& shard) : node_(node), shard_(shard) {}
  void start() override { next(); }
  void stop(Task stopped) override {
    if (node_.stop_) {
      node_.stop_(shard_, std::move(stopped));
    } else {
      stopped();
    }
  }

 private:
  using Order = std::function<void(ports::Shard&)>;
  void next() {
    auto orders = node_.orders_[shard_.id.value()];
    ports::run_job<Order>(
        shard_.jobs,
        [orders](ports::BlockingFiles&) {
          std::unique_lock lock(orders->mutex);
          orders->something.wait(lock, [&] { return orders->over || !orders->waiting.empty(); });
          if (orders->waiting.empty()) return Order();
          Order order = std::move(orders->waiting.front());
          orders->waiting.pop_front();
          return order;
        },
        [this](Order order) {
          if (!order) return;
          order(shard_);
          next();
        });
  }

  TestNode& node_;
  ports::Shard& shard_;
};

TestNode::TestNode(BackendKind backend, std::uint32_t shards, Options options) {
  options.backend = backend;
  options.shards = shards;
  options.job_threads = shards + 2;  // one per shard waits for orders
  options.stop_signals = false;
  options.logger = &log_;
  for (std::uint32_t i = 0; i < shards; ++i) orders_.push_back(std::make_shared<Orders>());
  auto started = Runtime::start(options, [this](ports::Shard& shard) -> std::unique_ptr<ports::App> {
    return std::make_unique<StepApp>(*this, shard);
  });
  MR_ASSERT(started.ok());
  runtime_ = *std::move(started);
}

TestNode::~TestNode() { stop(); }

void TestNode::on(std::uint32_t shard, std::function<void(ports::Shard&)> work) {
  until_done(shard, [&work](ports::Shard& at, const std::function<void()>& done) {
    work(at);
    done();
  });
}

void TestNode::until_done(std::uint32_t shard, std::function<void(ports::Shard&, std::function<void()>)> work) {
  const auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  Orders& orders = *orders_[shard];
  {
    const std::lock_guard lock(orders.mutex);
    orders.waiting.push_back([&work, done](ports::Shard& at) { work(at, [done] { done->set_value(); }); });
  }
  orders.something.notify_one();
  finished.wait();
}

void TestNode::eventually(std::uint32_t shard, std::function<bool()> condition) {
  bool holds = false;
  while (!holds) {
    on(shard, [&](ports::Shard&) { holds = condition(); });
  }
}

int TestNode::stop() {
  for (const auto& orders : orders_) {
    const std::lock_guard lock(orders->mutex);
    orders->over = true;
    orders->something.notify_all();
  }
  runtime_->request_stop();
  return runtime_->wait();
}

std::string backend_name(BackendKind kind) { return kind == BackendKind::io_uring ? "io_uring" : "epoll"; }

}  // namespace millrace::runtime
