#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "millrace/export.h"
#include "millrace/result.h"

namespace millrace::client {

class Host;

// How serious a line of the log is.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

// How a loop is to be.
struct LoopOptions {
  // Gets the library's log lines (few: reconnections, rebalances), on the loop's thread; must not wait. None: silence.
  std::function<void(LogLevel, std::string_view)> log;
};

// The background thread that clients live on: connections, timers and callbacks. Each client starts one of its own
// unless it is given one; clients that share a loop share its thread. A handle: copies mean the same loop, which ends
// when the last handle and the last client are gone; moving one copies it, so that none is ever empty. Any thread.
class MILLRACE_API Loop {
 public:
  // Starts the thread. Cause::wrong_state with the system's reason if that fails.
  static Result<Loop> start(LoopOptions options = {});
  Loop(const Loop&) = default;
  Loop& operator=(const Loop&) = default;

  // Runs `work` on the loop's thread, soon, in the order of the calls of one thread. Must not wait. (For what it throws
  // see millrace/callbacks.h.)
  void execute(std::function<void()> work) const;
  // Whether this is the loop's own thread, on which get() of a future is refused.
  bool here() const;

  // For the library itself.
  const std::shared_ptr<Host>& host() const { return host_; }

 private:
  explicit Loop(std::shared_ptr<Host> host) : host_(std::move(host)) {}
  std::shared_ptr<Host> host_;
};

}  // namespace millrace::client
