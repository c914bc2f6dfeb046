#pragma once

#include <functional>

#include "millrace/export.h"

namespace millrace::client {

// Where continuations run: a thread pool, the event loop of a user interface, anything that takes calls. To be
// implemented by programs that want coroutines or callbacks to go on somewhere else than on the client's own thread.
class MILLRACE_API Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` once, soon, in any thread. Called from the client's own thread: must not wait. If it throws in place of
  // taking the work, a coroutine that was to go on with it never does.
  virtual void execute(std::function<void()> work) = 0;
};

}  // namespace millrace::client
