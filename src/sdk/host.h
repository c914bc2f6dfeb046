#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/callback.h"
#include "millrace/callbacks.h"
#include "millrace/future.h"
#include "millrace/loop.h"
#include "ports/shard.h"
#include "runtime/runtime.h"

namespace millrace::client {

// The process that this was made in. Any thread.
class Process {
 public:
  Process();
  // Whether this is a child of it, made by fork().
  bool left() const { return forks_.load(std::memory_order_relaxed) != born_; }

 private:
  static inline std::atomic<std::uint32_t> forks_{0};  // between this process and the first that asked
  const std::uint32_t born_;
};

// One shard of `runtime` in a thread of its own, for the cores of clients. Any thread, unless said otherwise.
class Host {
 public:
  static Result<std::shared_ptr<Host>> start(LoopOptions options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Runs `task` on the shard, in the order of posting; destroyed without a call when the host ends first.
  void post(::millrace::Task task) {
    if (!forked()) runtime_->post(std::move(task));
  }
  // Whether this is the shard's thread.
  bool here() const { return !forked() && home_->here(); }
  // Whether this is a child of the process that the shard's thread lives in: nothing that is posted is ever run.
  bool forked() const { return process_.left(); }
  // For promises, and to call the program's code.
  const std::shared_ptr<const detail::Home>& home() const { return home_; }
  // Only for use on the shard's thread.
  ports::Shard& shard() { return *shard_; }

 private:
  class App;
  class Own;
  Host() = default;

  const Process process_;
  std::shared_ptr<const detail::Home> home_;
  std::unique_ptr<runtime::Runtime> runtime_;
  ports::Shard* shard_ = nullptr;
};

// What every call says then.
Error forked_client();

// A client's core on a host: made, called and destroyed on the shard's thread only. `Core` has a constructor
// (ports::Shard&, Args...) and close(). Handles of programs hold a std::shared_ptr<Resident<Core>>.
template <typename Core>
class Resident : public std::enable_shared_from_this<Resident<Core>> {
 public:
  explicit Resident(std::shared_ptr<Host> host) : host_(std::move(host)) {}
  // In a child of its process the core stays: its connections are the parent's, and the system's queues are shared.
  ~Resident() {
    if (host_->forked()) std::ignore = core_.release();
  }

  // Makes the core, soon; calls made after this find it.
  template <typename... Args>
  void make(Args... args) {
    post([... args = std::move(args)](Resident& self) mutable {
      self.core_ = std::make_unique<Core>(self.host_->shard(), std::move(args)...);
    });
  }
  // Runs `call` (Core&, Promise<T>) on the shard. After close(): Cause::closed.
  template <typename T, typename Call>
  Future<T> ask(Call call) {
    Promise<T> promise(host_->home());
    auto future = promise.future();
    if (host_->forked()) {
      promise.set(forked_client());
      return future;
    }
    post([call = std::move(call), promise = std::move(promise)](Resident& self) mutable {
      if (self.core_) return call(*self.core_, std::move(promise));
      Error error;
      error.cause = Cause::closed;
      error.message = "the client was closed; make another one";
      promise.set(std::move(error));
    });
    return future;
  }
  // Runs `call` (Core&) on the shard; not after close().
  template <typename Call>
  void tell(Call call) {
    tell(std::move(call), [] {});
  }
  // The same, and `gone` in its place after close().
  template <typename Call, typename Gone>
  void tell(Call call, Gone gone) {
    post([call = std::move(call), gone = std::move(gone)](Resident& self) mutable {
      if (self.core_) return call(*self.core_);
      gone();
    });
  }
  // Closes and destroys the core. Waits for it, unless this is the shard's thread. In a child of its process nothing.
  void close() {
    if (host_->forked()) return;
    Promise<void> promise(host_->home());
    auto closed = promise.future();
    post([promise = std::move(promise)](Resident& self) mutable {
      if (!self.core_) return promise.set(Result<void>());
      self.core_->close();
      // What close() has failed is told in a later turn; the core goes after that.
      self.post_later([promise = std::move(promise)](Resident& later) mutable {
        later.core_.reset();
        promise.set(Result<void>());
      });
    });
    if (!host_->here()) (void)closed.get();
  }
  Host& host() { return *host_; }

 private:
  template <typename Work>
  void post(Work work) {
    host_->post([self = this->shared_from_this(), work = std::move(work)]() mutable { work(*self); });
  }
  template <typename Work>
  void post_later(Work work) {
    auto& shard = host_->shard();
    shard.timers.at(shard.clock.now(),
                    [self = this->shared_from_this(), work = std::move(work)]() mutable { work(*self); });
  }

  std::shared_ptr<Host> host_;
  std::unique_ptr<Core> core_;
};

// The loop that a client is to live on: the one given, or a new one.
Result<std::shared_ptr<Host>> host_for(const Loop* loop);

}  // namespace millrace::client
