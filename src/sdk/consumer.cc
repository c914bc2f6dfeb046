#include "millrace/consumer.h"

#include <atomic>
#include <mutex>

#include "client/consumer/consumer.h"
#include "client/errors.h"
#include "client/settings.h"
#include "sdk/connection.h"
#include "sdk/handle.h"
#include "sdk/host.h"

namespace millrace::client {
namespace {

using Keys = std::vector<TopicPartition>;

std::map<TopicPartition, std::int64_t> all_at(const Keys& keys, std::int64_t time) {
  std::map<TopicPartition, std::int64_t> times;
  for (const auto& key : keys) times.emplace(key, time);
  return times;
}

Error polled_twice() {
  return local_error(Cause::wrong_state, "another thread is in poll() of this consumer; poll from one at a time");
}

}  // namespace

class Consumer::State : public std::enable_shared_from_this<Consumer::State> {
 public:
  static constexpr const char* kHandle = "Consumer";
  using Interceptors = std::vector<std::shared_ptr<ConsumerInterceptor>>;
  State(std::shared_ptr<Host> host, const ConsumerOptions& options, ClusterOptions cluster, Interceptors interceptors)
      : interceptors_(std::move(interceptors)),
        core_(std::make_shared<Resident<ConsumerCore>>(std::move(host))), patience_(options.api_timeout) {
    core_->make(std::move(cluster), options);
    if (interceptors_.empty()) return;
    core_->tell([all = interceptors_](ConsumerCore& core) {
      core.observe_commits([all](const Offsets& offsets, const Status& status) {
        for (const auto& one : all) one->on_commit(offsets, status);
      });
    });
  }
  ~State() { core_->close(); }

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
    if (core_->host().here()) {
      return local_error(Cause::wrong_state, "poll() in a callback would wait for itself; use poll_async() there");
    }
    if (polling_.exchange(true)) return polled_twice();
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
      if (polled && polled->event) {
        hear(*polled->event);
        core_->tell([](ConsumerCore& core) { core.event_done(); });
        continue;
      }
      polling_ = false;
      if (!polled) return polled.error();
      return shown(std::move(polled->records));
    }
  }

  // On the client's thread.
  Future<ConsumerRecords> poll_async(std::chrono::milliseconds timeout) {
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
    hear_of_the_end();
    return now<void>([](ConsumerCore& core) {
      core.unsubscribe();
      return Status();
    });
  }

  void wakeup() {
    core_->tell([](ConsumerCore& core) { core.wakeup(); });
  }

  // The listener's word before the program gives its partitions up by itself. A poll on another thread would speak to
  // the listener at the same time: then its partitions go without a word.
  void hear_of_the_end() {
    if (core_->host().here() || polling_.exchange(true)) return;
    const auto held = core_->ask<Keys>([](ConsumerCore& core, Promise<Keys> promise) {
      promise.set(core.subscribed() ? core.assignment() : Keys());
    }).get();
    if (held && !held->empty()) hear({RebalanceEvent::Kind::revoked, *held});
    polling_ = false;
  }

  Status close(std::chrono::milliseconds timeout) {
    Status left;
    hear_of_the_end();
    if (!core_->host().here()) {
      left = core_->ask<void>([timeout](ConsumerCore& core, Promise<void> promise) {
        core.leave(Millis(detail::bounded(timeout).count()), [promise = std::move(promise)](Status status) mutable {
          promise.set(std::move(status));
        });
      }).get();
      if (!left && left.error().is(Cause::closed)) left = Status();
    }
    core_->close();
    return left;
  }

 private:
  void listen(std::shared_ptr<RebalanceListener> listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
  }

  void poll_on(ConsumerCore& core, MonoTime deadline, Promise<ConsumerRecords> promise) {
    const Millis left((deadline - core_->host().shard().clock.now()) / 1'000'000);
    core.poll(std::max(left, Millis(0)), [self = shared_from_this(), &core, deadline,
                                          promise = std::move(promise)](Result<Polled> polled) mutable {
      if (polled && polled->event) {
        self->hear(*polled->event);
        core.event_done();
        return self->poll_on(core, deadline, std::move(promise));
      }
      self->polling_ = false;
      if (!polled) return promise.set(polled.error());
      promise.set(self->shown(std::move(polled->records)));
    });
  }

  ConsumerRecords shown(ConsumerRecords records) const {
    if (records.empty()) return records;
    for (const auto& one : interceptors_) one->on_records(records);
    return records;
  }

  void hear(const RebalanceEvent& event) {
    std::shared_ptr<RebalanceListener> listener;
    {
      const std::lock_guard lock(mutex_);
      listener = listener_;
    }
    if (!listener) return;
    switch (event.kind) {
      case RebalanceEvent::Kind::assigned: return listener->on_assigned(event.partitions);
      case RebalanceEvent::Kind::revoked: return listener->on_revoked(event.partitions);
      case RebalanceEvent::Kind::lost: return listener->on_lost(event.partitions);
    }
  }

  const Interceptors interceptors_;
  std::shared_ptr<Resident<ConsumerCore>> core_;
  const Millis patience_;
  std::atomic<bool> polling_{false};
  std::mutex mutex_;
  std::shared_ptr<RebalanceListener> listener_;
};

void ConsumerInterceptor::on_records(const ConsumerRecords&) {}
void ConsumerInterceptor::on_commit(const Offsets&, const Status&) {}

void RebalanceListener::on_assigned(const Keys&) {}
void RebalanceListener::on_revoked(const Keys&) {}
void RebalanceListener::on_lost(const Keys& partitions) { on_revoked(partitions); }

Result<Consumer> Consumer::create(const ConsumerConfig& config, const Loop* loop) {
  auto settings = Settings::read(config::Scope::consumer, config);
  if (!settings) return settings.error();
  auto cluster = connection_options(*settings, config);
  if (!cluster) return cluster.error();
  auto options = consumer_options(*settings);
  if (!options) return options.error();
  cluster->allow_topic_creation = settings->flag("allow.auto.create.topics");
  auto host = host_for(loop);
  if (!host) return host.error();
  return Consumer(std::make_shared<State>(*std::move(host), *options, *std::move(cluster), config.interceptors()));
}

Consumer::Consumer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

Status Consumer::assign(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.assign(keys); });
}
Status Consumer::subscribe(std::vector<std::string> topics, std::shared_ptr<RebalanceListener> listener) {
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [topics = std::move(topics)](ConsumerCore& core, bool listening) {
      return core.subscribe(topics, listening);
    });
  });
}
Status Consumer::subscribe_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener) {
  std::string why;
  auto pattern = ::millrace::Pattern::compile(expression, &why);
  if (!pattern) {
    return local_error(Cause::invalid_argument,
                       "subscribe_pattern() got \"" + expression + "\", which is no expression of RE2: " + why);
  }
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [pattern = *std::move(pattern)](ConsumerCore& core, bool listening) {
      return core.subscribe(pattern, listening);
    });
  });
}
Status Consumer::subscribe_server_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener) {
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [expression](ConsumerCore& core, bool listening) {
      return core.subscribe_regex(expression, listening);
    });
  });
}
Status Consumer::unsubscribe() {
  return with(state_, [](State& own) { return own.unsubscribe(); });
}
Result<std::vector<std::string>> Consumer::subscription() {
  using Names = std::vector<std::string>;
  return now<Names>(state_, [](ConsumerCore& core) -> Result<Names> { return core.subscribed_topics(); });
}
Result<Keys> Consumer::assignment() {
  return now<Keys>(state_, [](ConsumerCore& core) -> Result<Keys> { return core.assignment(); });
}

Result<ConsumerRecords> Consumer::poll(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll(timeout); });
}
Future<ConsumerRecords> Consumer::poll_async(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll_async(timeout); });
}

void Consumer::wakeup() {
  if (state_) state_->wakeup();
}

Status Consumer::seek(const TopicPartition& partition, std::int64_t offset, std::optional<std::int32_t> leader_epoch) {
  return now<void>(state_, [partition, offset, leader_epoch](ConsumerCore& core) {
    return core.seek(partition, offset, leader_epoch);
  });
}
Status Consumer::seek_to_beginning(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) {
    return core.seek_to_time(keys, kEarliestTime);
  });
}
Status Consumer::seek_to_end(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) {
    return core.seek_to_time(keys, kLatestTime);
  });
}
Status Consumer::pause(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.pause(keys, true); });
}
Status Consumer::resume(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.pause(keys, false); });
}
Result<Keys> Consumer::paused() {
  return now<Keys>(state_, [](ConsumerCore& core) -> Result<Keys> { return core.paused(); });
}

Future<std::int64_t> Consumer::position(const TopicPartition& partition) {
  return later<std::int64_t>(state_, [partition](ConsumerCore& core, Millis patience, auto done) {
    core.position(partition, patience, std::move(done));
  });
}
Result<std::optional<std::int64_t>> Consumer::lag(const TopicPartition& partition) {
  using Lag = std::optional<std::int64_t>;
  return now<Lag>(state_, [partition](ConsumerCore& core) -> Result<Lag> { return core.lag(partition); });
}

Future<Offsets> Consumer::committed(Keys partitions) {
  return later<Offsets>(state_, [keys = std::move(partitions)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.committed(std::move(keys), patience, std::move(done));
  });
}
Result<ConsumerGroupMetadata> Consumer::group_metadata() {
  return now<ConsumerGroupMetadata>(state_, [](ConsumerCore& core) -> Result<ConsumerGroupMetadata> {
    auto who = core.member();
    if (!who) return who.error();
    return ConsumerGroupMetadata{who->group_id, who->generation, who->member_id, who->instance_id};
  });
}
Future<void> Consumer::commit() {
  return later<void>(state_, [](ConsumerCore& core, Millis patience, auto done) {
    core.commit(std::nullopt, patience, std::move(done));
  });
}
Future<void> Consumer::commit(Offsets offsets) {
  return later<void>(state_, [offsets = std::move(offsets)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.commit(std::move(offsets), patience, std::move(done));
  });
}

Future<std::map<TopicPartition, OffsetAndTimestamp>> Consumer::offsets_for_times(
    std::map<TopicPartition, std::int64_t> times) {
  using Found = std::map<TopicPartition, OffsetAndTimestamp>;
  return later<Found>(state_, [times = std::move(times)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.find(std::move(times), patience, [done = std::move(done)](Result<FoundOffsets> found) mutable {
      if (!found) return done(found.error());
      Found result;
      for (const auto& [key, at] : *found) {
        if (at.offset >= 0) result.emplace(key, OffsetAndTimestamp{at.offset, at.timestamp_ms, at.leader_epoch});
      }
      done(std::move(result));
    });
  });
}

namespace {

// The ends of partitions, at one of the special times.
constexpr auto ends_at = [](Keys keys, std::int64_t time) {
  return [keys = std::move(keys), time](ConsumerCore& core, Millis patience, auto done) {
    core.find(all_at(keys, time), patience, [done = std::move(done)](Result<FoundOffsets> found) mutable {
      if (!found) return done(found.error());
      std::map<TopicPartition, std::int64_t> result;
      for (const auto& [key, at] : *found) result.emplace(key, at.offset);
      done(std::move(result));
    });
  };
};

}  // namespace

Future<std::map<TopicPartition, std::int64_t>> Consumer::beginning_offsets(Keys partitions) {
  return later<std::map<TopicPartition, std::int64_t>>(state_, ends_at(std::move(partitions), kEarliestTime));
}
Future<std::map<TopicPartition, std::int64_t>> Consumer::end_offsets(Keys partitions) {
  return later<std::map<TopicPartition, std::int64_t>>(state_, ends_at(std::move(partitions), kLatestTime));
}

Result<ConsumerStatistics> Consumer::statistics() {
  return now<ConsumerStatistics>(state_, [](ConsumerCore& core) -> Result<ConsumerStatistics> {
    const auto seen = core.statistics();
    return ConsumerStatistics{seen.records, seen.commits, seen.fetches, seen.bytes};
  });
}

Status Consumer::close(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.close(timeout); });
}

}  // namespace millrace::client
