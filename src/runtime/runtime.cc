#include "runtime/runtime.h"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "runtime/blocking_files.h"
#include "runtime/logger.h"
#include "runtime/loop.h"
#include "runtime/usage.h"

namespace millrace::runtime {
namespace {

std::uint32_t cores() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&usable)));
}

// Of every shard, and of the whole: what they cannot be without from their beginning.
constexpr std::uint32_t kDescriptorsPerShard = 3;
constexpr std::uint32_t kFirstDescriptors = 2;

// Whether so many descriptors could be opened now.
bool can_open(std::uint32_t count) {
  std::vector<int> opened;
  for (std::uint32_t i = 0; i < count; ++i) {
    const int fd = ::eventfd(0, EFD_CLOEXEC);
    if (fd < 0) break;
    opened.push_back(fd);
  }
  for (const int fd : opened) ::close(fd);
  return opened.size() == count;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// The signals that the node waits for instead of ending by them.
sigset_t awaited_signals(bool hangup) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (hangup) sigaddset(&set, SIGHUP);
  return set;
}

// While it lives, threads that are started deliver no signals: those that stop the node are waited for, and the one
// about a broken pipe is not wanted.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

class Node final : public Runtime, public NodeContext {
 public:
  Node(const Options& options, std::uint32_t shards, BackendKind kind, ports::Logger& logger,
       std::unique_ptr<ports::Logger> own_logger)
      : own_logger_(std::move(own_logger)),
        logger_(logger),
        kind_(kind),
        count_(shards),
        stop_signals_(options.stop_signals),
        own_process_(options.own_process),
        on_hangup_(options.on_hangup),
        signals_(awaited_signals(options.on_hangup != nullptr)),
        listeners_(options.listening),
        file_pool_("files", options.file_threads),
        job_pool_("jobs", options.job_threads),
        event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    MR_ASSERT(event_ >= 0);
    for (std::uint32_t i = 0; i < shards; ++i) loops_.push_back(std::make_unique<Loop>(*this, ShardId(i)));
    std::vector<Waker*> wakers;
    for (const auto& loop : loops_) wakers.push_back(&loop->waker());
    grid_ = std::make_unique<MailboxGrid>(std::move(wakers), options.mailbox_ring);
    for (const auto& loop : loops_) loop->join_grid(*grid_);
  }
  ~Node() override {
    if (!ended_) {
      request_stop();
      wait();
    }
    ::close(event_);
  }

  void start(const AppFactory& factory) {
    if (stop_signals_) {
      ::pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
    }
    const NoSignals quiet;
    for (const auto& loop : loops_) {
      try {
        threads_.emplace_back([this, &loop = *loop, factory] { loop.run(kind_, factory); });
      } catch (const std::system_error& why) {
        fail(std::string("A shard cannot have a thread: ") + why.what());
        shard_started();
        shard_stopped();
      }
    }
    for (std::uint32_t seen = started_; seen < count_; seen = started_) started_.wait(seen);
  }

  bool failed() const { return exit_code_ != 0; }

  void post(Task task) override { loops_.front()->post(std::move(task)); }
  void request_stop() override {
    stop_asked_ = true;
    ::eventfd_write(event_, 1);
  }
  int wait() override;
  const char* backend() const override { return kind_ == BackendKind::io_uring ? "io_uring" : "epoll"; }

 private:
  void fail(std::string_view why) override {
    logger_.error(why);
    exit_code_ = 1;
    request_stop();
  }
  void ready() override { tell_system("READY=1"); }
  void tell_system(const char* what) const {
    if (own_process_) ::sd_notify(0, what);
  }
  ports::ProcessUsage usage() const override { return process_usage(); }
  ports::Logger& log() override { return logger_; }
  Pool& file_pool() override { return file_pool_; }
  Pool& job_pool() override { return job_pool_; }
  ports::BlockingFiles& files() override { return files_; }
  ListenerTable& listeners() override { return listeners_; }
  std::uint32_t shard_count() const override { return count_; }
  void shard_started() override {
    ++started_;
    started_.notify_all();
  }
  void shard_stopped() override {
    ++stopped_;
    ::eventfd_write(event_, 1);
  }

  void take_signal(int fd);
  void take_down();

  const std::unique_ptr<ports::Logger> own_logger_;
  ports::Logger& logger_;
  const BackendKind kind_;
  const std::uint32_t count_;
  const bool stop_signals_;
  const bool own_process_;
  const std::function<Task()> on_hangup_;
  const sigset_t signals_;
  SystemFiles files_;
  ListenerTable listeners_;
  Pool file_pool_;
  Pool job_pool_;
  const int event_;  // readable when one of the following has changed
  std::atomic<bool> stop_asked_{false};
  std::atomic<std::uint32_t> started_{0};
  std::atomic<std::uint32_t> stopped_{0};
  std::atomic<int> exit_code_{0};
  bool stop_begun_ = false;  // the rest is the waiting thread's
  bool signalled_ = false;
  bool ended_ = false;
  sigset_t signals_before_{};
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<MailboxGrid> grid_;
  std::vector<std::thread> threads_;
};

void Node::take_signal(int fd) {
  signalfd_siginfo info{};
  if (::read(fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  const auto signal = static_cast<int>(info.ssi_signo);
  if (signal == SIGHUP) {
    if (Task task = on_hangup_()) post(std::move(task));
    return;
  }
  if (std::exchange(signalled_, true)) {
    logger_.warning("A second signal: stopping at once.");
    ::_exit(128 + signal);
  }
  logger_.info(fmt::format("Stopping: got {}.", signal == SIGTERM ? "SIGTERM" : "SIGINT"));
  stop_asked_ = true;
}

int Node::wait() {
  if (ended_) return exit_code_;
  const int signal_fd = stop_signals_ ? ::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
  while (stopped_ < count_) {
    if (stop_asked_ && !std::exchange(stop_begun_, true)) {
      tell_system("STOPPING=1");
      for (const auto& loop : loops_) loop->begin_stop();
    }
    std::array<pollfd, 2> sources{pollfd{event_, POLLIN, 0}, pollfd{signal_fd, POLLIN, 0}};
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;
    if (sources[0].revents != 0) {
      eventfd_t ignored = 0;
      ::eventfd_read(event_, &ignored);
    }
    if (sources[1].revents != 0) take_signal(signal_fd);
  }
  take_down();
  if (signal_fd >= 0) ::close(signal_fd);
  if (stop_signals_) ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
  return exit_code_;
}

void Node::take_down() {
  for (const auto& loop : loops_) loop->quit();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  job_pool_.stop();
  file_pool_.stop();
  // Nothing runs any more. Calls may own parts of the Apps, and point into them.
  for (const auto& loop : loops_) loop->drop_calls();
  for (const auto& loop : loops_) loop->drop_app();
  loops_.clear();
  ended_ = true;
}

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::start(const Options& options, AppFactory factory) {
  std::unique_ptr<ports::Logger> own;
  if (options.logger == nullptr) own = make_logger(options.least_severity);
  ports::Logger& logger = own ? *own : *options.logger;
  const std::uint32_t shards = options.shards == 0 ? std::min(cores(), kMaxShards) : options.shards;
  if (shards > kMaxShards) {
    logger.error(fmt::format("{} shards asked for: at most {} are possible.", shards, kMaxShards));
    return Error::out_of_range;
  }
  if (options.own_process) raise_descriptor_limit();
  if (!can_open(kFirstDescriptors + shards * kDescriptorsPerShard)) {
    logger.error("There are not enough file descriptors left: raise the limit (ulimit -n).");
    return Error::refused;
  }
  BackendKind kind = options.backend;
  std::string why;
  if (kind != BackendKind::epoll && !io_uring_works(why)) {
    if (kind == BackendKind::io_uring) {
      logger.error(fmt::format("The system refuses io_uring ({}): allow it, or choose epoll.", why));
      return Error::unsupported;
    }
    logger.info(fmt::format("Event loop: epoll with {} file threads: the system refuses io_uring ({}); {} shards.",
                            options.file_threads, why, shards));
    kind = BackendKind::epoll;
  } else if (kind == BackendKind::epoll) {
    logger.info(fmt::format("Event loop: epoll with {} file threads, as configured; {} shards.", options.file_threads,
                            shards));
  } else {
    const char* reason = kind == BackendKind::io_uring ? "as configured" : "the system offers it";
    logger.info(fmt::format("Event loop: io_uring, {}; {} shards.", reason, shards));
    kind = BackendKind::io_uring;
  }
  auto node = std::make_unique<Node>(options, shards, kind, logger, std::move(own));
  node->start(factory);
  if (!options.own_process && node->failed()) return Error::refused;
  return std::unique_ptr<Runtime>(std::move(node));
}

int run(const Options& options, AppFactory factory) {
  auto node = Runtime::start(options, std::move(factory));
  return node ? (*node)->wait() : 1;
}

}  // namespace millrace::runtime
