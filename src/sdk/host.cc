#include "sdk/host.h"

#include <string>

#include "client/errors.h"

namespace millrace::client {

class Host::Lines final : public ports::Logger {
 public:
  explicit Lines(std::function<void(LogLevel, std::string_view)> to) : to_(std::move(to)) {}
  void write(ports::Severity severity, std::string_view line) override {
    if (to_) to_(static_cast<LogLevel>(severity), line);
  }

 private:
  std::function<void(LogLevel, std::string_view)> to_;
};

static_assert(static_cast<int>(ports::Severity::error) == static_cast<int>(LogLevel::error));

class Host::App final : public ports::App {
 public:
  void start() override {}
  void stop(::millrace::Task stopped) override { stopped(); }
};

Result<std::shared_ptr<Host>> Host::start(LoopOptions options) {
  // The last handle may be dropped by a call on the shard's own thread, which cannot wait for its own end.
  std::shared_ptr<Host> host(new Host, [](Host* old) {
    if (old->runtime_ && old->here()) return std::thread([old] { delete old; }).detach();
    delete old;
  });
  host->lines_ = std::make_unique<Lines>(std::move(options.log));
  runtime::Options shape;
  shape.shards = 1;
  shape.job_threads = 1;
  shape.file_threads = 1;
  shape.stop_signals = false;
  shape.logger = host->lines_.get();
  shape.least_severity = ports::Severity::info;
  Host* raw = host.get();
  auto started = runtime::Runtime::start(shape, [raw](ports::Shard& shard) -> std::unique_ptr<ports::App> {
    raw->shard_ = &shard;
    raw->thread_ = std::this_thread::get_id();
    return std::make_unique<App>();
  });
  if (!started) {
    return local_error(Cause::wrong_state, std::string("the client's thread cannot be started: ") +
                                               to_string(started.error()));
  }
  host->runtime_ = *std::move(started);
  return host;
}

Host::~Host() {
  if (!runtime_) return;
  runtime_->request_stop();
  runtime_->wait();
}

Result<std::shared_ptr<Host>> host_for(const Loop* loop) {
  if (loop != nullptr) return loop->host();
  return Host::start({});
}

Result<Loop> Loop::start(LoopOptions options) {
  auto host = Host::start(std::move(options));
  if (!host) return host.error();
  return Loop(*std::move(host));
}

void Loop::execute(std::function<void()> work) const { host_->post(std::move(work)); }

bool Loop::here() const { return host_->here(); }

}  // namespace millrace::client
