#include "sdk/host.h"

#include <pthread.h>

#include <string>
#include <thread>
#include <tuple>

#include "client/errors.h"
#include "client/guard.h"

namespace millrace::client {

Process::Process() : born_(forks_) {
  [[maybe_unused]] static const int registered = pthread_atfork(nullptr, nullptr, [] { ++forks_; });
}

Error forked_client() {
  return local_error(Cause::wrong_state, "this process was forked from the one that made the client, whose thread "
                                         "stayed there; make clients after fork()");
}

// Whose thread it is, and where its lines go.
class Host::Own final : public detail::Home, public ports::Logger {
 public:
  explicit Own(std::function<void(LogLevel, std::string_view)> to) : to_(std::move(to)) {}
  // Before anybody else knows of it.
  void live_here() { thread_ = std::this_thread::get_id(); }

  // In a child of the process every thread would wait for ever.
  bool here() const override { return std::this_thread::get_id() == thread_ || process_.left(); }
  void call(std::string_view what, const std::function<void()>& work) const override {
    if (const auto thrown = guarded(what, work)) say(LogLevel::error, thrown->message);
  }
  void write(ports::Severity severity, std::string_view line) override { say(static_cast<LogLevel>(severity), line); }

 private:
  // Of a receiver of lines that throws nobody can be told.
  void say(LogLevel level, std::string_view line) const {
    if (to_) std::ignore = guarded("the receiver of log lines", [&] { to_(level, line); });
  }

  const Process process_;
  const std::function<void(LogLevel, std::string_view)> to_;
  std::thread::id thread_;
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
  const auto own = std::make_shared<Own>(std::move(options.log));
  host->home_ = own;
  runtime::Options shape;
  shape.shards = 1;
  shape.job_threads = 1;
  shape.file_threads = 1;
  shape.stop_signals = false;
  shape.own_process = false;
  shape.logger = own.get();
  shape.least_severity = ports::Severity::info;
  Host* raw = host.get();
  auto started = runtime::Runtime::start(shape, [raw, own](ports::Shard& shard) -> std::unique_ptr<ports::App> {
    raw->shard_ = &shard;
    own->live_here();
    return std::make_unique<App>();
  });
  if (!started) {
    return local_error(Cause::wrong_state, std::string("the client's thread cannot be started (") +
                                               to_string(started.error()) +
                                               "); raise the limits on file descriptors (ulimit -n), threads and "
                                               "locked memory");
  }
  host->runtime_ = *std::move(started);
  return host;
}

detail::Home::~Home() = default;

Host::~Host() {
  if (!runtime_) return;
  if (forked()) {
    std::ignore = runtime_.release();  // its threads are not here to be waited for
    return;
  }
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

void Loop::execute(std::function<void()> work) const {
  host_->post([home = host_->home(), work = std::move(work)] { home->call("work given to Loop::execute()", work); });
}

bool Loop::here() const { return host_->here(); }

}  // namespace millrace::client
