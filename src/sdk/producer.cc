#include "millrace/producer.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "client/arguments.h"
#include "client/errors.h"
#include "client/guard.h"
#include "client/partition_list.h"
#include "client/producer/producer.h"
#include "client/settings.h"
#include "sdk/connection.h"
#include "sdk/handle.h"
#include "sdk/host.h"
#include "sdk/intake.h"

namespace millrace::client {
namespace {

Error no_room() {
  return local_error(Cause::queue_full,
                     "records that wait take all of buffer.memory; they are not delivered fast enough: send slower, "
                     "raise buffer.memory, or look at the brokers");
}

// While records come this fast, the client's thread looks for them at this pace instead of being woken for each.
constexpr std::size_t kManyAtOnce = 16;
constexpr Millis kLookAgain{1};

}  // namespace

ProducerConfig& ProducerConfig::compression(Compression codec) {
  constexpr const char* kNames[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  return set("compression.type", kNames[static_cast<std::size_t>(codec)]);
}

class Producer::State : public std::enable_shared_from_this<Producer::State> {
 public:
  static constexpr const char* kHandle = "Producer";
  using Interceptors = std::vector<std::shared_ptr<ProducerInterceptor>>;
  State(std::shared_ptr<Host> host, const ProducerOptions& options, ClusterOptions cluster, Interceptors interceptors)
      : interceptors_(std::move(interceptors)),
        core_(std::make_shared<Resident<ProducerCore>>(std::move(host))),
        intake_(std::make_shared<Intake>(options)),
        taking_(intake_->options()),
        lingers_(options.linger >= kLookAgain),
        patience_(options.max_block.value()),
        largest_(std::min(options.buffer_bytes, options.max_request_bytes)) {
    core_->make(std::move(cluster), options);
    core_->tell([intake = intake_](ProducerCore& core) {
      core.when_room([intake](std::size_t bytes, std::vector<Batch::Space>& spare) { intake->give(bytes, spare); });
    });
  }
  // What nobody has come for yet ends with the producer.
  ~State() {
    if (core_->host().forked()) return;
    core_->tell(
        [intake = intake_](ProducerCore& core) {
          Staging staged(intake->options());
          intake->take(staged, std::nullopt);
          core.send(staged);
        },
        [intake = intake_, &host = core_->host()] { abandon(*intake, host.shard().log); });
    core_->close();
  }

  Future<RecordMetadata> send(Record record) {
    auto promise = std::make_shared<Promise<RecordMetadata>>(core_->host().home());
    auto future = promise->future();
    send(std::move(record), [promise](const Result<RecordMetadata>& result) { promise->set(result); });
    return future;
  }

  void send(Record&& record, DeliveryCallback delivered) {
    if (!interceptors_.empty()) delivered = intercept(record, std::move(delivered));
    if (core_->host().forked()) return tell(delivered, forked_client());
    if (const Status usable = check_record(record); !usable) return tell(delivered, usable.error());
    RecordEncoder encoder;
    const std::size_t body = encoder.size(record);
    if (const std::size_t bytes = EncodedRecord::size_of(body); bytes > largest_) {
      return tell(delivered, ProducerCore::too_large(record.topic, bytes, intake_->options()));
    }
    switch (intake_->put(record, encoder, body, std::move(delivered), !core_->host().here(), patience_)) {
      case Intake::Put::waits: return;
      case Intake::Put::first: return come_soon();
      case Intake::Put::full: return tell(delivered, no_room());
    }
  }

  Status flush(std::chrono::milliseconds timeout) {
    auto done = core_->ask<void>([self = shared_from_this()](ProducerCore& core, Promise<void> promise) {
      self->take_staged(core);
      core.flush([promise = std::move(promise)]() mutable { promise.set(Status()); });
    });
    if (core_->host().here()) {
      return local_error(Cause::wrong_state, "flush() in a callback of the client would wait for itself");
    }
    if (!done.wait_for(timeout)) {
      return local_error(Cause::timed_out, "records are still under way after " + std::to_string(timeout.count()) +
                                               " ms; they go on, flush again to wait for them");
    }
    return done.get();
  }

  Status close(std::chrono::milliseconds timeout) {
    Status flushed = core_->host().here() ? Status() : flush(timeout);
    core_->close();
    come_soon();  // what others have sent meanwhile has its end
    return flushed;
  }

  // A call of the transactions: `call` (Transactions&, Callback<void(Status)>).
  template <typename Call>
  Future<void> in_transactions(Call call) {
    return core_->ask<void>([self = shared_from_this(), call = std::move(call)](ProducerCore& core,
                                                                               Promise<void> promise) mutable {
      self->take_staged(core);
      if (core.transactions() == nullptr) {
        return promise.set(local_error(Cause::wrong_state, "a producer without transactional.id has no transactions"));
      }
      call(*core.transactions(),
           [promise = std::move(promise)](Status status) mutable { promise.set(std::move(status)); });
    });
  }

  // A call that ends within max.block.ms: `call` (ProducerCore&, Millis, Callback<void(Result<T>)>).
  template <typename T, typename Call>
  Future<T> later(Call call) {
    return core_->ask<T>([call = std::move(call), wait = Millis(patience_.count())](ProducerCore& core,
                                                                                    Promise<T> promise) mutable {
      call(core, wait, [promise = std::move(promise)](Result<T> result) mutable { promise.set(std::move(result)); });
    });
  }

  Future<ProducerStatistics> statistics() {
    return core_->ask<ProducerStatistics>([intake = intake_](ProducerCore& core, Promise<ProducerStatistics> promise) {
      const auto& seen = core.statistics();
      promise.set(ProducerStatistics{seen.records_sent, seen.records_failed, seen.batches_sent, seen.batches_retried,
                                     seen.requests, seen.bytes_sent, core.buffered_bytes() + intake->staged_bytes()});
    });
  }

 private:
  // Shows the record; the result is a callback that shows its end too.
  DeliveryCallback intercept(Record& record, DeliveryCallback delivered) const {
    const auto& home = core_->host().home();
    for (const auto& one : interceptors_) {
      home->call("on_send() of a producer interceptor", [&] { one->on_send(record); });
    }
    return [all = interceptors_, home, delivered = std::move(delivered)](const Result<RecordMetadata>& result) {
      for (const auto& one : all) {
        home->call("on_delivery() of a producer interceptor", [&] { one->on_delivery(result); });
      }
      if (delivered) delivered(result);
    };
  }

  // For a record that never reaches the core.
  void tell(const DeliveryCallback& delivered, const Error& why) const {
    if (delivered) core_->host().home()->call(kDelivery, [&] { delivered(why); });
  }

  // Has what is staged taken on the client's thread.
  void come_soon() {
    core_->tell([self = shared_from_this()](ProducerCore& core) { self->drain(core); },
                [self = shared_from_this()] { abandon(*self->intake_, self->core_->host().shard().log); });
  }

  // On the client's thread, after close(): what was sent too late has its end.
  static void abandon(Intake& intake, ports::Logger& log) {
    const Error closed = local_error(Cause::closed, "the producer was closed before the record was sent");
    Staging staged(intake.options());
    std::vector<Batch::Space> none;
    for (Intake::Rest rest{true, {}}; rest.more || rest.open_since; rest = intake.rest()) {
      intake.take(staged, std::nullopt);
      staged.take(
          [&](const EncodedRecord& record, const DeliveryCallback& delivered) {
            intake.give(record.size(), none);
            if (!delivered) return;
            if (const auto thrown = guarded(kDelivery, [&] { delivered(closed); })) log.error(thrown->message);
          },
          [&](Run&& run) {
            intake.give(run.batch->bytes(), none);
            run.batch->fail(closed, {}, log);
          });
    }
  }

  // On the client's thread: takes what is there, and comes again by itself as long as there is much, and for a batch
  // that may still grow when it has lingered.
  void drain(ProducerCore& core) {
    const MonoTime now = core_->host().shard().clock.now();
    const MonoTime lingered = now - to_nanos(intake_->options().linger).value();
    const std::size_t taken = take_staged(core, lingers_ ? std::optional(lingered) : std::nullopt);
    if (lingers_ && taken >= kManyAtOnce) return come_at(now + kLookAgain);
    const Intake::Rest rest = intake_->rest();
    if (rest.more) return come_soon();
    if (rest.open_since) come_at(*rest.open_since + intake_->options().linger);
  }
  void come_at(MonoTime when) {
    auto& timers = core_->host().shard().timers;
    timers.cancel(timer_);
    timer_ = timers.at(when, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->come_soon();
    });
  }

  // On the client's thread: what the program's threads have put there since, all of it or without what was begun after
  // `keep_since` and may still grow. How many records.
  std::size_t take_staged(ProducerCore& core, std::optional<MonoTime> keep_since = std::nullopt) {
    intake_->take(taking_, keep_since);
    const std::size_t count = taking_.records();
    core.send(taking_);
    return count;
  }

  const Interceptors interceptors_;
  std::shared_ptr<Resident<ProducerCore>> core_;
  std::shared_ptr<Intake> intake_;
  Staging taking_;  // of the client's thread
  ports::TimerId timer_{0};
  const bool lingers_;
  const std::chrono::milliseconds patience_;
  const std::size_t largest_;
};

void ProducerInterceptor::on_send(Record&) {}
void ProducerInterceptor::on_delivery(const Result<RecordMetadata>&) {}

Result<Producer> Producer::create(const ProducerConfig& config, const Loop* loop) {
  auto settings = Settings::read(config::Scope::producer, config);
  if (!settings) return settings.error();
  auto cluster = connection_options(*settings, config);
  if (!cluster) return cluster.error();
  auto options = producer_options(*settings);
  if (!options) return options.error();
  if (Status usable = no_null(config.interceptors()); !usable) return usable.error();
  cluster->allow_topic_creation = true;
  if (config.partitioner()) options->partitioner = config.partitioner();
  auto host = host_for(loop);
  if (!host) return host.error();
  return Producer(std::make_shared<State>(*std::move(host), *options, *std::move(cluster), config.interceptors()));
}

Producer::Producer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

Future<RecordMetadata> Producer::send(Record record) {
  return with(state_, [&](State& own) { return own.send(std::move(record)); });
}
void Producer::send(Record record, DeliveryCallback delivered) {
  const Status sent = with(state_, [&](State& own) {
    own.send(std::move(record), std::move(delivered));
    return Status();
  });
  if (!sent && delivered) delivered(sent.error());
}
Status Producer::flush(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.flush(timeout); });
}
Status Producer::close(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.close(timeout); });
}

namespace {

// A call of the transactions: `call` (Transactions&, Callback<void(Status)>).
template <typename State, typename Call>
Future<void> in_transactions(const std::shared_ptr<State>& state, Call call) {
  return with(state, [&](State& own) { return own.in_transactions(std::move(call)); });
}

}  // namespace

Future<void> Producer::init_transactions() {
  return in_transactions(state_, [](Transactions& own, auto done) { own.init(std::move(done)); });
}
Future<void> Producer::begin_transaction() {
  return in_transactions(state_, [](Transactions& own, auto done) { done(own.begin()); });
}
Future<void> Producer::send_offsets_to_transaction(std::map<TopicPartition, OffsetAndMetadata> offsets,
                                                   ConsumerGroupMetadata group) {
  return in_transactions(
      state_, [offsets = std::move(offsets), group = std::move(group)](Transactions& own, auto done) mutable {
        GroupIdentity who{std::move(group.group_id), group.generation_id, std::move(group.member_id),
                          std::move(group.group_instance_id)};
        own.send_offsets(std::move(offsets), std::move(who), std::move(done));
      });
}
Future<void> Producer::commit_transaction() {
  return in_transactions(state_, [](Transactions& own, auto done) { own.end(true, std::move(done)); });
}
Future<void> Producer::abort_transaction() {
  return in_transactions(state_, [](Transactions& own, auto done) { own.end(false, std::move(done)); });
}
Future<PartitionList> Producer::partitions_for(std::string topic) {
  return later<PartitionList>(state_, [topic = std::move(topic)](ProducerCore& core, Millis patience, auto done) {
    list_partitions(core.cluster(), topic, true, patience, std::move(done));
  });
}
Future<std::string> Producer::client_instance_id() {
  return later<std::string>(state_, [](ProducerCore& core, Millis patience, auto done) {
    instance_id(core.reporter(), patience, std::move(done));
  });
}
Future<ProducerStatistics> Producer::statistics() {
  return with(state_, [](State& own) { return own.statistics(); });
}

}  // namespace millrace::client
