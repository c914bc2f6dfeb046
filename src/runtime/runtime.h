#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/callback.h"
#include "base/result.h"
#include "ports/logger.h"
#include "ports/shard.h"
#include "runtime/backend.h"
#include "runtime/limits.h"
#include "runtime/listen_options.h"

namespace millrace::runtime {

struct Options {
  std::uint32_t shards = 0;                             // event loops; 0: one per core that the process may use
  BackendKind backend = BackendKind::automatic;         // automatic: io_uring, or epoll where it is refused
  std::uint32_t job_threads = 2;                        // for long calls (ports::Jobs, name look-ups)
  std::uint32_t file_threads = 4;                       // for short ones: opening, and all file calls of epoll
  std::uint32_t mailbox_ring = kDefaultMailboxRing;     // unread requests from one shard to another
  ListenOptions listening;                              // of every listening socket
  bool stop_signals = true;                             // SIGTERM and SIGINT stop the node
  // The process is the node's own: systemd hears how it stands, and it may open as many files as the system lets it.
  bool own_process = true;
  // Called by wait() for each SIGHUP, on its thread; what it returns, if anything, runs on the first shard. None:
  // SIGHUP does what it did before. Only with stop_signals.
  std::function<Task()> on_hangup;
  ports::Severity least_severity = ports::Severity::info;  // of the lines that are logged
  ports::Logger* logger = nullptr;                      // thread safe, outlives the node; none: standard error
};

// Makes the App of one shard, on the thread of that shard.
using AppFactory = std::function<std::unique_ptr<ports::App>(ports::Shard&)>;

// A running node: one thread with one event loop per shard.
class Runtime {
 public:
  // Starts it and returns when every App::start has returned. Error::out_of_range for more than kMaxShards,
  // Error::unsupported for io_uring where the system refuses it, Error::refused without the file descriptors or threads
  // that the loops need (each with a line in the log). With stop_signals the caller
  // must be the only thread, since all others have to leave the signals to wait().
  static Result<std::unique_ptr<Runtime>> start(const Options& options, AppFactory factory);
  // wait().
  virtual ~Runtime() = default;

  // Runs `task` on the first shard, soon, in the order of one thread's calls; destroyed without a call if the node ends
  // first. Any thread.
  virtual void post(Task task) = 0;
  // Asks for a clean stop: App::stop on every shard. Any thread, any number of times.
  virtual void request_stop() = 0;
  // Waits for the end: until a stop was asked for (by request_stop, signal, or Process::fail) and every App has
  // stopped. Then takes everything down. A second signal ends the process at once, with code 128 + signal. Returns
  // the exit code: 0, or 1 after Process::fail.
  virtual int wait() = 0;
  // "io_uring" or "epoll".
  virtual const char* backend() const = 0;
};

// Runs a node until it ends; the exit code.
int run(const Options& options, AppFactory factory);

}  // namespace millrace::runtime
