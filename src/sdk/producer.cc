#include "millrace/producer.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "client/errors.h"
#include "client/producer/producer.h"
#include "client/settings.h"
#include "sdk/connection.h"
#include "sdk/handle.h"
#include "sdk/host.h"

namespace millrace::client {
namespace {

Error no_room() {
  return local_error(Cause::queue_full,
                     "records that wait take all of buffer.memory; they are not delivered fast enough: send slower, "
                     "raise buffer.memory, or look at the brokers");
}

// Records that wait for the client's thread: their topics and bodies one behind the other in blocks of memory, and what
// else they have.
class Staging {
 public:
  void add(const Record& record, const RecordEncoder& encoder, std::size_t body, DeliveryCallback&& delivered) {
    const std::size_t topic = record.topic.size();
    std::byte* to = claim(topic + body);
    std::memcpy(to, record.topic.data(), topic);
    encoder.put(to + topic);
    entries_.push_back({std::move(delivered), record.partition, record.timestamp_ms, static_cast<std::uint32_t>(topic),
                        static_cast<std::uint32_t>(body)});
  }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

  // Calls `use` (const EncodedRecord&, DeliveryCallback&&) for each in turn; then it is empty.
  template <typename Use>
  void take(Use use) {
    Place place;
    for (Entry& entry : entries_) {
      const std::byte* at = next(place, std::size_t{entry.topic} + entry.body);
      const auto topic = as_text(Bytes(at, entry.topic));
      const EncodedRecord record{topic, entry.partition, entry.timestamp_ms, Bytes(at + entry.topic, entry.body)};
      use(record, std::move(entry.delivered));
    }
    // What a burst has left is given back.
    if (blocks_.size() > kKeptBlocks && end_.block < blocks_.size() / 8) *this = {};
    std::erase_if(blocks_, [](const Buffer& block) { return block.size() > kBlockBytes; });
    entries_.clear();
    end_ = {};
  }

 private:
  static constexpr std::size_t kBlockBytes = 256U << 10U;  // more for a record that needs more
  static constexpr std::size_t kKeptBlocks = 8;
  struct Entry {
    DeliveryCallback delivered;
    std::optional<std::int32_t> partition;
    std::optional<std::int64_t> timestamp_ms;
    std::uint32_t topic;
    std::uint32_t body;
  };
  struct Place {
    std::size_t block = 0;
    std::size_t used = 0;
  };
  // The next so many bytes from `place` on that stand in one block; null behind the last one.
  std::byte* next(Place& place, std::size_t bytes) {
    for (; place.block < blocks_.size(); place = {place.block + 1, 0}) {
      Buffer& block = blocks_[place.block];
      if (bytes <= block.size() - place.used) return block.data() + std::exchange(place.used, place.used + bytes);
    }
    return nullptr;
  }
  std::byte* claim(std::size_t bytes) {
    if (std::byte* there = next(end_, bytes)) return there;
    blocks_.push_back(Buffer::allocate(std::max(bytes, kBlockBytes)));
    return next(end_, bytes);
  }

  std::vector<Entry> entries_;
  std::vector<Buffer> blocks_;
  Place end_;
};

// What the program's threads put in and the client's thread takes out: records, as long as there is room for those that
// have no end yet. A thread that finds none waits.
class Intake {
 public:
  explicit Intake(std::size_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}

  enum class Put : std::uint8_t { full, waits, first };
  // Puts the record that `encoder` has sized; `first`: somebody must come for it. full: there was no room until
  // `patience` was over; `wait`: whether to wait at all.
  Put put(const Record& record, const RecordEncoder& encoder, std::size_t body, DeliveryCallback&& delivered, bool wait,
          std::chrono::milliseconds patience) {
    const auto bytes = static_cast<std::int64_t>(EncodedRecord::size_of(body));
    std::unique_lock lock(mutex_);
    if (left_ < bytes) {
      if (!wait) return Put::full;
      ++waiting_;
      const bool there = changed_.wait_for(lock, patience, [&] { return left_ >= bytes; });
      --waiting_;
      if (!there) return Put::full;
    }
    left_ -= bytes;
    staged_.add(record, encoder, body, std::move(delivered));
    return std::exchange(expected_, true) ? Put::waits : Put::first;
  }
  // Gives room back.
  void give(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    left_ += static_cast<std::int64_t>(bytes);
    if (waiting_ > 0) changed_.notify_all();
  }
  // Everything that is there; `into` is empty.
  void take(Staging& into) {
    const std::lock_guard lock(mutex_);
    std::swap(into, staged_);
  }
  // Whether nothing has come since, so that nobody will come for the next one unless told.
  bool rest() {
    const std::lock_guard lock(mutex_);
    if (!staged_.empty()) return false;
    expected_ = false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t left_;
  int waiting_ = 0;
  bool expected_ = false;  // somebody will come
  Staging staged_;         // of all threads, in order
};

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
        intake_(std::make_shared<Intake>(options.buffer_bytes)),
        lingers_(options.linger >= kLookAgain),
        patience_(options.max_block.value()),
        largest_(std::min(options.buffer_bytes, options.max_request_bytes)) {
    core_->make(std::move(cluster), options);
    core_->tell([intake = intake_](ProducerCore& core) {
      core.when_room([intake](std::size_t bytes) { intake->give(bytes); });
    });
  }
  ~State() { core_->close(); }

  Future<RecordMetadata> send(Record record) {
    auto promise = std::make_shared<Promise<RecordMetadata>>(core_->host().home());
    auto future = promise->future();
    send(std::move(record), [promise](const Result<RecordMetadata>& result) { promise->set(result); });
    return future;
  }

  void send(Record&& record, DeliveryCallback delivered) {
    if (!interceptors_.empty()) delivered = intercept(record, std::move(delivered));
    RecordEncoder encoder;
    const std::size_t body = encoder.size(record);
    if (const std::size_t bytes = EncodedRecord::size_of(body); bytes > largest_) {
      return tell(delivered, ProducerCore::too_large(record.topic, bytes, largest_));
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

  Future<ProducerStatistics> statistics() {
    return core_->ask<ProducerStatistics>([](ProducerCore& core, Promise<ProducerStatistics> promise) {
      const auto& seen = core.statistics();
      promise.set(ProducerStatistics{seen.records_sent, seen.records_failed, seen.batches_sent, seen.batches_retried,
                                     seen.requests, seen.bytes_sent, core.buffered_bytes()});
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
                [self = shared_from_this()] { self->abandon(); });
  }

  // On the client's thread, after close(): what was sent too late has its end.
  void abandon() {
    do {
      intake_->take(taking_);
      taking_.take([this](const EncodedRecord& record, const DeliveryCallback& delivered) {
        intake_->give(record.size());
        tell(delivered, local_error(Cause::closed, "the producer was closed before the record was sent"));
      });
    } while (!intake_->rest());
  }

  // On the client's thread: takes what is there, and comes again by itself as long as there is much.
  void drain(ProducerCore& core) {
    const std::size_t taken = take_staged(core);
    if (lingers_ && taken >= kManyAtOnce) {
      auto& shard = core_->host().shard();
      shard.timers.at(shard.clock.now() + kLookAgain, [self = shared_from_this()] { self->come_soon(); });
    } else if (!intake_->rest()) {
      come_soon();
    }
  }

  // On the client's thread: everything that the program's threads have put there since. How many records.
  std::size_t take_staged(ProducerCore& core) {
    intake_->take(taking_);
    const std::size_t count = taking_.size();
    taking_.take([&](const EncodedRecord& record, DeliveryCallback&& delivered) {
      core.send(record, std::move(delivered));
    });
    return count;
  }

  const Interceptors interceptors_;
  std::shared_ptr<Resident<ProducerCore>> core_;
  std::shared_ptr<Intake> intake_;
  const bool lingers_;
  const std::chrono::milliseconds patience_;
  const std::size_t largest_;
  Staging taking_;  // of the client's thread
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
Future<ProducerStatistics> Producer::statistics() {
  return with(state_, [](State& own) { return own.statistics(); });
}

}  // namespace millrace::client
