#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "millrace/callbacks.h"
#include "millrace/executor.h"
#include "millrace/result.h"

namespace millrace::client {

namespace detail {

// A wait as it can be added to a clock: for ever, which programs say as milliseconds::max(), is ten years.
inline std::chrono::milliseconds bounded(std::chrono::milliseconds time) {
  return std::clamp<std::chrono::milliseconds>(time, std::chrono::milliseconds(0), std::chrono::hours(24 * 3650));
}

// What a future and its promise share.
template <typename T>
class Shared {
 public:
  struct Continuation {
    virtual ~Continuation() = default;
    virtual void run(Result<T> result) = 0;
  };

  explicit Shared(std::shared_ptr<const Home> home) : home_(std::move(home)) {}

  void set(Result<T> result) {
    std::unique_ptr<Continuation> next;
    {
      const std::lock_guard lock(mutex_);
      if (settled_) return;
      settled_ = true;
      next = std::move(continuation_);
      if (!next) result_.emplace(std::move(result));
    }
    if (!next) return changed_.notify_all();
    if (!home_) return next->run(std::move(result));
    home_->call("a continuation of a future", [&] { next->run(std::move(result)); });
  }
  bool ready() const {
    const std::lock_guard lock(mutex_);
    return result_.has_value();
  }
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> until) {
    std::unique_lock lock(mutex_);
    const auto there = [this] { return result_.has_value(); };
    if (there() || (home_ && home_->here())) return there();
    if (until) return changed_.wait_until(lock, *until, there);
    changed_.wait(lock, there);
    return true;
  }
  Result<T> take() {
    const std::lock_guard lock(mutex_);
    return std::move(*result_);
  }
  // Takes the continuation, or runs it now if the result is there already.
  void then(std::unique_ptr<Continuation> continuation) {
    std::unique_lock lock(mutex_);
    if (!result_) {
      continuation_ = std::move(continuation);
      return;
    }
    Result<T> result = std::move(*result_);
    lock.unlock();
    continuation->run(std::move(result));
  }

 private:
  const std::shared_ptr<const Home> home_;  // null: a promise of the program's own
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool settled_ = false;
  std::optional<Result<T>> result_;
  std::unique_ptr<Continuation> continuation_;
};

inline Error no_result() {
  Error error;
  error.cause = Cause::wrong_state;
  error.message = "this future has no result: it was moved from or its result was taken; ask each future once";
  return error;
}
inline Error waits_for_itself() {
  Error error;
  error.cause = Cause::wrong_state;
  error.message = "get() in a callback of the client would wait for itself, use then() or co_await there; in a "
                  "child made by fork() nobody would answer";
  return error;
}

}  // namespace detail

// The result of a call that is under way, to be taken once, in one of three ways: get() waits for it, then() is called
// with it, co_await resumes with it. Every call of this library ends by itself (each has a timeout), so waiting is
// bounded. Move-only: one that was moved from, or whose result was taken, answers Cause::wrong_state at once. One
// thread at a time; the result may be set by another meanwhile. A future that is dropped leaves its call to finish
// unheard.
template <typename T>
class [[nodiscard]] Future {
 public:
  explicit Future(std::shared_ptr<detail::Shared<T>> shared) : shared_(std::move(shared)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) noexcept = default;

  // Waits for the result. On the client's own thread (inside of a callback): Cause::wrong_state at once, unless the
  // result is there.
  Result<T> get() {
    if (!shared_) return detail::no_result();
    const auto shared = shared_;
    if (!shared->wait_until(std::nullopt)) return detail::waits_for_itself();
    shared_.reset();
    return shared->take();
  }
  // Waits up to `time`; whether the result is there, so that get() does not wait.
  bool wait_for(std::chrono::milliseconds time) {
    return shared_ && shared_->wait_until(std::chrono::steady_clock::now() + detail::bounded(time));
  }
  // Whether get() would not wait.
  bool ready() const { return shared_ && shared_->ready(); }

  // Calls `callback` (Result<T> -> void) once: on the client's own thread when the result comes, or now, on this
  // thread, if it is there (then what it throws is thrown here, see millrace/callbacks.h). The callback must not wait;
  // it may make further calls. Consumes the future.
  template <typename F>
  void then(F callback) {
    if (!shared_) return callback(Result<T>(detail::no_result()));
    struct Call final : detail::Shared<T>::Continuation {
      explicit Call(F f) : function(std::move(f)) {}
      void run(Result<T> result) override { function(std::move(result)); }
      F function;
    };
    const auto shared = std::move(shared_);
    shared->then(std::make_unique<Call>(std::move(callback)));
  }

  // Suspends the coroutine until the result is there; it goes on on the client's own thread, or through `executor`
  // with co_await future.via(executor). The executor must live until then.
  class Awaiter {
   public:
    Awaiter(Future future, Executor* executor) : future_(std::move(future)), executor_(executor) {}
    bool await_ready() const { return executor_ == nullptr && future_.ready(); }
    // The result goes into this object, which lives in the suspended coroutine.
    void await_suspend(std::coroutine_handle<> waiting) {
      std::move(future_).then([this, waiting, executor = executor_](Result<T> result) {
        result_.emplace(std::move(result));
        if (executor == nullptr) return waiting.resume();
        executor->execute([waiting] { waiting.resume(); });
      });
    }
    Result<T> await_resume() { return result_ ? std::move(*result_) : future_.get(); }

   private:
    Future future_;
    Executor* executor_;
    std::optional<Result<T>> result_;
  };
  Awaiter operator co_await() && { return Awaiter(std::move(*this), nullptr); }
  Awaiter via(Executor& executor) && { return Awaiter(std::move(*this), &executor); }

 private:
  std::shared_ptr<detail::Shared<T>> shared_;
};

// The other end of a future. Dropped without a result, it sets Cause::closed. Move-only; any thread, one at a time. One
// that was moved from has no future to set, and gives a future without a result.
template <typename T>
class Promise {
 public:
  // `home`: of the library's own promises.
  explicit Promise(std::shared_ptr<const detail::Home> home = nullptr)
      : shared_(std::make_shared<detail::Shared<T>>(std::move(home))) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&&) = delete;
  ~Promise() {
    if (!shared_) return;
    Error error;
    error.cause = Cause::closed;
    error.message = "the client was closed before the call was answered";
    shared_->set(std::move(error));
  }
  Future<T> future() { return Future<T>(shared_); }
  // Sets the result; a second one is ignored.
  void set(Result<T> result) {
    // Who waits may destroy this promise before the call has returned.
    if (const auto shared = shared_) shared->set(std::move(result));
  }

 private:
  std::shared_ptr<detail::Shared<T>> shared_;
};

}  // namespace millrace::client
