#include "millrace/share_consumer.h"

#include <atomic>

#include "client/errors.h"
#include "client/settings.h"
#include "client/share/share_core.h"
#include "sdk/connection.h"
#include "sdk/handle.h"
#include "sdk/host.h"

namespace millrace::client {

class ShareConsumer::State : public std::enable_shared_from_this<ShareConsumer::State> {
 public:
  static constexpr const char* kHandle = "ShareConsumer";
  State(std::shared_ptr<Host> host, const ShareOptions& options, ClusterOptions cluster)
      : core_(std::make_shared<Resident<ShareCore>>(std::move(host))) {
    core_->make(std::move(cluster), options);
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
    return core_->ask<T>([call = std::move(call)](ShareCore& core, Promise<T> promise) mutable {
      promise.set(call(core));
    }).get();
  }

  Future<std::string> client_instance_id() {
    return core_->ask<std::string>([](ShareCore& core, Promise<std::string> promise) {
      instance_id(core.reporter(), core.options().consumer.api_timeout,
                  [promise = std::move(promise)](Result<std::string> id) mutable { promise.set(std::move(id)); });
    });
  }

  Result<ConsumerRecords> poll(std::chrono::milliseconds timeout) {
    if (core_->host().here()) {
      return local_error(Cause::wrong_state, "poll() in a callback would wait for itself; use poll_async() there");
    }
    return poll_async(timeout).get();
  }
  Future<ConsumerRecords> poll_async(std::chrono::milliseconds timeout) {
    if (core_->host().forked()) return failed<ConsumerRecords>(forked_client());
    if (polling_.exchange(true)) {
      return failed<ConsumerRecords>(local_error(
          Cause::wrong_state, "another thread is in poll() of this consumer; poll from one at a time"));
    }
    return core_->ask<ConsumerRecords>(
        [self = shared_from_this(), wait = Millis(detail::bounded(timeout).count())](
            ShareCore& core, Promise<ConsumerRecords> promise) {
          core.poll(wait, [self, promise = std::move(promise)](Result<ConsumerRecords> got) mutable {
            self->polling_ = false;
            promise.set(std::move(got));
          });
        });
  }

  Future<CommitResults> commit() {
    return core_->ask<CommitResults>([](ShareCore& core, Promise<CommitResults> promise) {
      core.commit([promise = std::move(promise)](Result<CommitResults> results) mutable {
        promise.set(std::move(results));
      });
    });
  }

  void wakeup() {
    core_->tell([](ShareCore& core) { core.wakeup(); });
  }
  void on_acknowledged(AcknowledgementCallback callback) {
    core_->tell([callback = std::move(callback), home = core_->host().home()](ShareCore& core) {
      if (!callback) return core.on_acknowledged(nullptr);
      core.on_acknowledged([callback, home](const auto& partition, const auto& offsets, const Status& status) {
        home->call("the acknowledgement callback", [&] { callback(partition, offsets, status); });
      });
    });
  }

  Status close(std::chrono::milliseconds timeout) {
    Status left;
    if (!core_->host().here()) {
      left = core_->ask<void>([timeout](ShareCore& core, Promise<void> promise) {
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
  std::shared_ptr<Resident<ShareCore>> core_;
  std::atomic<bool> polling_{false};
};

Result<ShareConsumer> ShareConsumer::create(const ShareConsumerConfig& config, const Loop* loop) {
  auto settings = Settings::read(config::Scope::consumer, config);
  if (!settings) return settings.error();
  auto cluster = connection_options(*settings, config);
  if (!cluster) return cluster.error();
  auto options = share_options(*settings);
  if (!options) return options.error();
  auto host = host_for(loop);
  if (!host) return host.error();
  return ShareConsumer(handle_to(std::make_shared<State>(*std::move(host), *options, *std::move(cluster))));
}

ShareConsumer::ShareConsumer(std::shared_ptr<State> state) : state_(std::move(state)) {}
ShareConsumer::ShareConsumer(ShareConsumer&&) noexcept = default;
ShareConsumer& ShareConsumer::operator=(ShareConsumer&&) noexcept = default;
ShareConsumer::~ShareConsumer() = default;

Status ShareConsumer::subscribe(std::vector<std::string> topics) {
  return now<void>(state_, [topics = std::move(topics)](ShareCore& core) { return core.subscribe(topics); });
}
Status ShareConsumer::unsubscribe() {
  return now<void>(state_, [](ShareCore& core) {
    core.unsubscribe();
    return Status();
  });
}
Result<std::vector<std::string>> ShareConsumer::subscription() {
  using Names = std::vector<std::string>;
  return now<Names>(state_, [](ShareCore& core) -> Result<Names> { return core.subscribed_topics(); });
}

Result<ConsumerRecords> ShareConsumer::poll(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll(timeout); });
}
Future<ConsumerRecords> ShareConsumer::poll_async(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll_async(timeout); });
}

void ShareConsumer::wakeup() {
  if (state_) state_->wakeup();
}

Status ShareConsumer::acknowledge(const ConsumerRecord& record, AcknowledgeType type) {
  return acknowledge({std::string(record.topic), record.partition}, record.offset, type);
}
Status ShareConsumer::acknowledge(const TopicPartition& partition, std::int64_t offset, AcknowledgeType type) {
  return now<void>(state_, [partition, offset, type](ShareCore& core) {
    return core.acknowledge(partition, offset, type);
  });
}

Future<ShareConsumer::CommitResults> ShareConsumer::commit() {
  return with(state_, [](State& own) { return own.commit(); });
}
void ShareConsumer::on_acknowledged(AcknowledgementCallback callback) {
  if (state_) state_->on_acknowledged(std::move(callback));
}
Result<std::optional<std::chrono::milliseconds>> ShareConsumer::acquisition_lock_timeout() {
  using Time = std::optional<std::chrono::milliseconds>;
  return now<Time>(state_, [](ShareCore& core) -> Result<Time> {
    const auto time = core.lock_timeout();
    return time ? Time(std::chrono::milliseconds(time->value())) : Time();
  });
}

Result<ShareConsumerStatistics> ShareConsumer::statistics() {
  return now<ShareConsumerStatistics>(state_, [](ShareCore& core) -> Result<ShareConsumerStatistics> {
    const auto& seen = core.statistics();
    return ShareConsumerStatistics{seen.records, seen.acknowledged, seen.fetches, seen.bytes};
  });
}
Future<std::string> ShareConsumer::client_instance_id() {
  return with(state_, [](State& own) { return own.client_instance_id(); });
}

Status ShareConsumer::close(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.close(timeout); });
}

}  // namespace millrace::client
