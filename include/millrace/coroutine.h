#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "millrace/future.h"

namespace millrace::client {

template <typename T>
class Task;

namespace detail {

// The last await of a task: goes on with whoever waits for it.
struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <typename P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
    const auto next = self.promise().waiting;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct TaskPromiseBase {
  std::coroutine_handle<> waiting;
  std::exception_ptr thrown;  // has left the coroutine, in place of a result
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
  void check() const {
    if (thrown) std::rethrow_exception(thrown);
  }
};

template <typename T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  T take() {
    check();
    return std::move(*value);
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() { check(); }
};

}  // namespace detail

// A coroutine that begins when it is awaited or given to start(). Programs with coroutine types of their own need
// none of this: every Future can be awaited by any of them. Move-only. It runs once: awaiting one that was moved from
// or has run ends the process, as value() of a failed Result does. An exception that leaves it goes on in the coroutine
// that awaits it.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    if (!handle_ || handle_.done()) detail::misused_result("awaited a task that was moved from or has run", nullptr);
    handle_.promise().waiting = waiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }
  // What has left the coroutine; null: nothing, or it has not run.
  std::exception_ptr thrown() const { return handle_ ? handle_.promise().thrown : nullptr; }

 private:
  std::coroutine_handle<promise_type> handle_;
};

template <typename T>
Task<T> detail::TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

namespace detail {
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};
// Awaits the end of a task, and leaves its result where it is.
template <typename T>
struct Ended {
  Task<T>& task;
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> next) noexcept { return task.await_suspend(next); }
  void await_resume() const noexcept {}
};
template <typename T>
Detached run_detached(Task<T> task, Promise<T> promise) {
  co_await Ended<T>{task};
  if (task.thrown()) {
    promise.set(detail::thrown("a coroutine given to start()", task.thrown()));
  } else if constexpr (std::is_void_v<T>) {
    promise.set(Result<void>());
  } else {
    promise.set(task.await_resume());
  }
}
}  // namespace detail

// Runs a task on this thread up to its first wait; the future has its result, or Cause::callback with what the task has
// thrown. get() of it makes a coroutine usable from plain code: start(work()).get().
template <typename T>
Future<T> start(Task<T> task) {
  Promise<T> promise;
  auto future = promise.future();
  detail::run_detached(std::move(task), std::move(promise));
  return future;
}

}  // namespace millrace::client
