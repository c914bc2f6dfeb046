#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include "millrace/error.h"
#include "millrace/export.h"

// What holds for all code of a program that this library calls: delivery and acknowledgement callbacks, continuations
// (then(), co_await), rebalance listeners, interceptors, partitioners, sources of tokens, executors, work given to a
// Loop, receivers of log lines.
//
// Thread: unless its own description says otherwise it is called on the client's thread, where nothing may wait: no
// get(), no lock that somebody holds for long. It may call the library.
//
// Exceptions: the library throws none, and one that leaves the program's code goes no further than that call. Where a
// call of the program's is under way that can say so, its answer is Cause::callback, with a message that names what has
// thrown and its words: poll(), unsubscribe() and close() for a rebalance listener, send() for a partitioner, start()
// for a coroutine. A source of tokens that throws has none (Cause::authentication, with the same message). Of all else
// a line of the log tells (LoopOptions::log, LogLevel::error). Either way the client goes on as if the code had
// returned: other callbacks are called, the rebalance has taken place, the next poll() goes on. Only what then() calls
// at once, since the result is there, throws through to the caller of then(): it is that thread's own.

namespace millrace::client::detail {

// An exception as an error: Cause::callback, with the name of what threw and its words. Any thread.
MILLRACE_API Error thrown(std::string_view what, const std::exception_ptr& exception);

// Where the results of a client come from, for what futures and promises share. Any thread.
class MILLRACE_API Home {
 public:
  virtual ~Home();
  // Whether nothing may wait here: on the client's own thread, and in a child of its process made by fork().
  virtual bool here() const = 0;
  // Calls `work`; what it throws becomes a line of the log.
  virtual void call(std::string_view what, const std::function<void()>& work) const = 0;
};

}  // namespace millrace::client::detail
