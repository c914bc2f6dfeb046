#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "client/consumer/consumer.h"
#include "client/errors.h"
#include "client/guard.h"
#include "millrace/consumer.h"
#include "sdk/handle.h"
#include "sdk/host.h"

namespace millrace::client {

// What a Consumer stands on: its core on a host, one poll at a time, and the program's listener and interceptors.
class Consumer::State : public std::enable_shared_from_this<Consumer::State> {
 public:
  using Keys = std::vector<TopicPartition>;
  static constexpr const char* kHandle = "Consumer";
  using Interceptors = std::vector<std::shared_ptr<ConsumerInterceptor>>;
  State(std::shared_ptr<Host> host, const ConsumerOptions& options, ClusterOptions cluster, Interceptors interceptors)
      : interceptors_(std::move(interceptors)),
        core_(std::make_shared<Resident<ConsumerCore>>(std::move(host))), patience_(options.api_timeout) {
    core_->make(std::move(cluster), options);
    if (interceptors_.empty()) return;
    core_->tell([all = interceptors_, home = core_->host().home()](ConsumerCore& core) {
      core.observe_commits([all, home](const Offsets& offsets, const Status& status) {
        for (const auto& one : all) {
          home->call("on_commit() of a consumer interceptor", [&] { one->on_commit(offsets, status); });
        }
      });
    });
  }
  ~State() { core_->close(); }
  // The program's handle is gone: a poll that waits ends.
  void drop() { core_->close(); }

  // A call that is answered at once, on the client's thread.
  template <typename T, typename Call>
  Result<T> now(Call call) {
    if (core_->host().here()) {
      return local_error(Cause::wrong_state, "this call waits for the client's own thread, which it was made on");
    }
    return core_->ask<T>([call = std::move(call)](ConsumerCore& core, Promise<T> promise) mutable {
      promise.set(call(core));
    }).get();
  }
  // A call that ends later: `call` (ConsumerCore&, Millis, Callback<void(Result<T>)>).
  template <typename T, typename Call>
  Future<T> later(Call call) {
    return core_->ask<T>([call = std::move(call), wait = patience_](ConsumerCore& core, Promise<T> promise) mutable {
      call(core, wait, [promise = std::move(promise)](Result<T> result) mutable { promise.set(std::move(result)); });
    });
  }

  // On the thread that polls; the listener too.
  Result<ConsumerRecords> poll(std::chrono::milliseconds timeout) {
    if (core_->host().forked()) return forked_client();
    if (core_->host().here()) {
      return local_error(Cause::wrong_state, "poll() in a callback would wait for itself; use poll_async() there");
    }
    if (polling_.exchange(true)) return polled_twice();
    const auto keep = shared_from_this();  // the listener may let the consumer go
    const auto deadline = std::chrono::steady_clock::now() + detail::bounded(timeout);
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                              std::chrono::steady_clock::now());
      const Millis wait(std::max<std::int64_t>(left.count(), 0));
      auto polled = core_->ask<Polled>([wait](ConsumerCore& core, Promise<Polled> promise) {
        core.poll(wait, [promise = std::move(promise)](Result<Polled> result) mutable {
          promise.set(std::move(result));
        });
      }).get();
      std::optional<Error> thrown;
      if (polled && polled->event) {
        thrown = hear(*polled->event);
        core_->tell([](ConsumerCore& core) { core.event_done(); });
        if (!thrown) continue;
      }
      polling_ = false;
      if (thrown) return *std::move(thrown);
      if (!polled) return polled.error();
      return shown(std::move(polled->records));
    }
  }

  // On the client's thread.
  Future<ConsumerRecords> poll_async(std::chrono::milliseconds timeout) {
    if (core_->host().forked()) return failed<ConsumerRecords>(forked_client());
    if (polling_.exchange(true)) return failed<ConsumerRecords>(polled_twice());
    return core_->ask<ConsumerRecords>(
        [self = shared_from_this(), timeout](ConsumerCore& core, Promise<ConsumerRecords> promise) {
          const MonoTime deadline = self->core_->host().shard().clock.now() + Millis(detail::bounded(timeout).count());
          self->poll_on(core, deadline, std::move(promise));
        });
  }

  // Subscribes by `call` (ConsumerCore&, whether somebody listens); one that is refused leaves the listener before it.
  template <typename Call>
  Status subscribe(std::shared_ptr<RebalanceListener> listener, Call call) {
    return now<void>([this, listener = std::move(listener), call = std::move(call)](ConsumerCore& core) mutable {
      Status done = call(core, listener != nullptr);
      if (done) listen(std::move(listener));
      return done;
    });
  }
  Status unsubscribe() {
    const auto keep = shared_from_this();
    auto thrown = hear_of_the_end();
    Status done = now<void>([](ConsumerCore& core) {
      core.unsubscribe();
      return Status();
    });
    return done && thrown ? *std::move(thrown) : done;
  }

  void wakeup() {
    core_->tell([](ConsumerCore& core) { core.wakeup(); });
  }

  // Tells the listener before the program gives its partitions up by itself; what it has thrown. A poll on another
  // thread would speak to the listener at the same time: then its partitions go without a word.
  std::optional<Error> hear_of_the_end() {
    if (core_->host().here() || polling_.exchange(true)) return std::nullopt;
    const auto held = core_->ask<Keys>([](ConsumerCore& core, Promise<Keys> promise) {
      promise.set(core.subscribed() ? core.assignment() : Keys());
    }).get();
    std::optional<Error> thrown;
    if (held && !held->empty()) thrown = hear({RebalanceEvent::Kind::revoked, *held});
    polling_ = false;
    return thrown;
  }

  Status close(std::chrono::milliseconds timeout, GroupExit exit) {
    const auto keep = shared_from_this();
    Status left;
    auto thrown = hear_of_the_end();
    if (!core_->host().here()) {
      left = core_->ask<void>([timeout, exit](ConsumerCore& core, Promise<void> promise) {
        const Millis within(detail::bounded(timeout).count());
        core.leave(within, exit, [promise = std::move(promise)](Status status) mutable {
          promise.set(std::move(status));
        });
      }).get();
      if (!left && left.error().is(Cause::closed)) left = Status();
    }
    core_->close();
    return left && thrown ? *std::move(thrown) : left;
  }

 private:
  static Error polled_twice() {
    return local_error(Cause::wrong_state, "another thread is in poll() of this consumer; poll from one at a time");
  }

  void listen(std::shared_ptr<RebalanceListener> listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
  }

  void poll_on(ConsumerCore& core, MonoTime deadline, Promise<ConsumerRecords> promise) {
    const Millis left((deadline - core_->host().shard().clock.now()) / 1'000'000);
    core.poll(std::max(left, Millis(0)), [self = shared_from_this(), &core, deadline,
                                          promise = std::move(promise)](Result<Polled> polled) mutable {
      std::optional<Error> thrown;
      if (polled && polled->event) {
        thrown = self->hear(*polled->event);
        core.event_done();
        if (!thrown) return self->poll_on(core, deadline, std::move(promise));
      }
      self->polling_ = false;
      if (thrown) return promise.set(*std::move(thrown));
      if (!polled) return promise.set(polled.error());
      promise.set(self->shown(std::move(polled->records)));
    });
  }

  ConsumerRecords shown(ConsumerRecords records) const {
    if (records.empty()) return records;
    for (const auto& one : interceptors_) {
      core_->host().home()->call("on_records() of a consumer interceptor", [&] { one->on_records(records); });
    }
    return records;
  }

  // What the listener has thrown.
  std::optional<Error> hear(const RebalanceEvent& event) {
    std::shared_ptr<RebalanceListener> listener;
    {
      const std::lock_guard lock(mutex_);
      listener = listener_;
    }
    if (!listener) return std::nullopt;
    const auto tell = [&](const char* what, auto member) {
      return guarded(what, [&] { ((*listener).*member)(event.partitions); });
    };
    using Kind = RebalanceEvent::Kind;
    using Listener = RebalanceListener;
    switch (event.kind) {
      case Kind::assigned: return tell("on_assigned() of the rebalance listener", &Listener::on_assigned);
      case Kind::revoked: return tell("on_revoked() of the rebalance listener", &Listener::on_revoked);
      case Kind::lost: return tell("on_lost() of the rebalance listener", &Listener::on_lost);
    }
    return std::nullopt;
  }

  const Interceptors interceptors_;
  std::shared_ptr<Resident<ConsumerCore>> core_;
  const Millis patience_;
  std::atomic<bool> polling_{false};
  std::mutex mutex_;
  std::shared_ptr<RebalanceListener> listener_;
};

}  // namespace millrace::client
