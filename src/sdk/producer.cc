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
#include "sdk/host.h"

namespace millrace::client {
namespace {

// Bytes of records that have no end yet, over all threads. A thread that finds none left waits.
class Room {
 public:
  explicit Room(std::size_t bytes) : left_(static_cast<std::int64_t>(bytes)) {}

  // False if there is no room until `until`; `wait`: whether to wait at all.
  bool take(std::size_t bytes, bool wait, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const auto enough = [&] { return left_ >= static_cast<std::int64_t>(bytes); };
    if (!enough()) {
      if (!wait) return false;
      ++waiting_;
      const bool there = changed_.wait_for(lock, patience, enough);
      --waiting_;
      if (!there) return false;
    }
    left_ -= static_cast<std::int64_t>(bytes);
    return true;
  }
  void give(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    left_ += static_cast<std::int64_t>(bytes);
    if (waiting_ > 0) changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t left_;
  int waiting_ = 0;
};

// The ends of records, on the client's thread. What they give back of the room is given at the end of the turn, so that
// threads that wait for it are woken once; and the result that is shown to callbacks is one that is written over.
class Ends : public std::enable_shared_from_this<Ends> {
 public:
  Ends(std::shared_ptr<Room> room, Host& host) : room_(std::move(room)), host_(host) {}

  void tell(const Delivered& outcome, std::size_t bytes, const DeliveryCallback& delivered) {
    if (returned_ == 0 && bytes > 0) {
      host_.shard().timers.at_turn_end(
          [self = shared_from_this()] { self->room_->give(std::exchange(self->returned_, 0)); });
    }
    returned_ += bytes;
    if (!delivered) return;
    if (outcome.error != nullptr) return delivered(*outcome.error);
    RecordMetadata& where = *written_;
    if (where.topic != outcome.topic) where.topic = outcome.topic;
    where.partition = outcome.partition;
    where.offset = outcome.offset;
    where.timestamp_ms = outcome.timestamp_ms;
    delivered(written_);
  }

 private:
  const std::shared_ptr<Room> room_;
  Host& host_;  // outlives what runs on it
  std::size_t returned_ = 0;
  Result<RecordMetadata> written_{RecordMetadata()};
};

Error no_room() {
  return local_error(Cause::queue_full,
                     "records that wait take all of buffer.memory; they are not delivered fast enough: send slower, "
                     "raise buffer.memory, or look at the brokers");
}

// Records that wait for the client's thread: their topics and bodies one behind the other, and what else they have.
class Staging {
 public:
  void add(const Record& record, const RecordEncoder& encoder, std::size_t body, std::size_t room,
           DeliveryCallback delivered) {
    const std::size_t at = bytes_.size();
    const std::size_t topic = record.topic.size();
    bytes_.resize(at + topic + body);
    std::memcpy(bytes_.data() + at, record.topic.data(), topic);
    encoder.put(bytes_.data() + at + topic);
    entries_.push_back({std::move(delivered), record.partition, record.timestamp_ms, topic, body, room});
  }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

  // Calls `use` (const EncodedRecord&, room, DeliveryCallback) for each in turn; then it is empty.
  template <typename Use>
  void take(Use use) {
    const std::byte* at = bytes_.data();
    for (Entry& entry : entries_) {
      const auto topic = as_text(Bytes(at, entry.topic));
      const EncodedRecord record{topic, entry.partition, entry.timestamp_ms, Bytes(at + entry.topic, entry.body)};
      at += entry.topic + entry.body;
      use(record, entry.room, std::move(entry.delivered));
    }
    entries_.clear();
    bytes_.clear();
    if (bytes_.capacity() > kKept) *this = {};
  }

 private:
  static constexpr std::size_t kKept = 2U << 20U;  // what a burst has left beyond that is given back
  struct Entry {
    DeliveryCallback delivered;
    std::optional<std::int32_t> partition;
    std::optional<std::int64_t> timestamp_ms;
    std::size_t topic;
    std::size_t body;
    std::size_t room;
  };
  std::vector<Entry> entries_;
  std::vector<std::byte> bytes_;
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
  using Interceptors = std::vector<std::shared_ptr<ProducerInterceptor>>;
  State(std::shared_ptr<Host> host, const ProducerOptions& options, ClusterOptions cluster, Interceptors interceptors)
      : interceptors_(std::move(interceptors)),
        core_(std::make_shared<Resident<ProducerCore>>(std::move(host))),
        room_(std::make_shared<Room>(options.buffer_bytes)),
        ends_(std::make_shared<Ends>(room_, core_->host())),
        lingers_(options.linger >= kLookAgain),
        patience_(options.max_block.value()),
        largest_(std::min(options.buffer_bytes, options.max_request_bytes)) {
    core_->make(std::move(cluster), options);
  }
  ~State() { core_->close(); }

  Future<RecordMetadata> send(Record record) {
    auto promise = std::make_shared<Promise<RecordMetadata>>(core_->host().thread());
    auto future = promise->future();
    send(std::move(record), [promise](const Result<RecordMetadata>& result) { promise->set(result); });
    return future;
  }

  void send(Record record, DeliveryCallback delivered) {
    if (!interceptors_.empty()) delivered = intercept(record, std::move(delivered));
    RecordEncoder encoder;
    const std::size_t body = encoder.size(record);
    const std::size_t bytes = EncodedRecord::size_of(body);
    const bool fits = bytes <= largest_;
    if (!fits || !room_->take(bytes, !core_->host().here(), patience_)) {
      if (!delivered) return;
      return delivered(fits ? no_room() : ProducerCore::too_large(record.topic, bytes, largest_));
    }
    {
      const std::lock_guard lock(mutex_);
      staged_.add(record, encoder, body, bytes, std::move(delivered));
      if (std::exchange(expected_, true)) return;
    }
    come_soon();
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
    for (const auto& one : interceptors_) one->on_send(record);
    return [all = interceptors_, delivered = std::move(delivered)](const Result<RecordMetadata>& result) {
      for (const auto& one : all) one->on_delivery(result);
      if (delivered) delivered(result);
    };
  }

  // Has what is staged taken on the client's thread.
  void come_soon() {
    core_->tell([self = shared_from_this()](ProducerCore& core) { self->drain(core); },
                [self = shared_from_this()] { self->abandon(); });
  }

  // On the client's thread, after close(): what was sent too late has its end.
  void abandon() {
    {
      const std::lock_guard lock(mutex_);
      std::swap(taking_, staged_);
      expected_ = false;
    }
    taking_.take([this](const EncodedRecord&, std::size_t room, const DeliveryCallback& delivered) {
      room_->give(room);
      if (delivered) delivered(local_error(Cause::closed, "the producer was closed before the record was sent"));
    });
  }

  // On the client's thread: takes what is there, and comes again by itself as long as there is much.
  void drain(ProducerCore& core) {
    const std::size_t taken = take_staged(core);
    if (lingers_ && taken >= kManyAtOnce) {
      auto& shard = core_->host().shard();
      shard.timers.at(shard.clock.now() + kLookAgain, [self = shared_from_this()] { self->come_soon(); });
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (staged_.empty()) {
        expected_ = false;
        return;
      }
    }
    come_soon();
  }

  // On the client's thread: everything that the program's threads have put there since. How many records.
  std::size_t take_staged(ProducerCore& core) {
    {
      const std::lock_guard lock(mutex_);
      std::swap(taking_, staged_);
    }
    const std::size_t count = taking_.size();
    taking_.take([&](const EncodedRecord& record, std::size_t room, DeliveryCallback delivered) {
      core.send(record, [ends = ends_, room, delivered = std::move(delivered)](const Delivered& outcome) {
        ends->tell(outcome, room, delivered);
      });
    });
    return count;
  }

  const Interceptors interceptors_;
  std::shared_ptr<Resident<ProducerCore>> core_;
  std::shared_ptr<Room> room_;
  std::shared_ptr<Ends> ends_;
  const bool lingers_;
  const std::chrono::milliseconds patience_;
  const std::size_t largest_;
  std::mutex mutex_;
  Staging staged_;              // of all threads, in order
  bool expected_ = false;       // somebody will come for them
  Staging taking_;              // of the client's thread
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
  auto host = host_for(loop);
  if (!host) return host.error();
  return Producer(std::make_shared<State>(*std::move(host), *options, *std::move(cluster), config.interceptors()));
}

Producer::Producer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

Future<RecordMetadata> Producer::send(Record record) { return state_->send(std::move(record)); }
void Producer::send(Record record, DeliveryCallback delivered) {
  state_->send(std::move(record), std::move(delivered));
}
Status Producer::flush(std::chrono::milliseconds timeout) { return state_->flush(timeout); }
Status Producer::close(std::chrono::milliseconds timeout) { return state_->close(timeout); }
Future<void> Producer::init_transactions() {
  return state_->in_transactions([](Transactions& own, auto done) { own.init(std::move(done)); });
}
Future<void> Producer::begin_transaction() {
  return state_->in_transactions([](Transactions& own, auto done) { done(own.begin()); });
}
Future<void> Producer::send_offsets_to_transaction(std::map<TopicPartition, OffsetAndMetadata> offsets,
                                                   ConsumerGroupMetadata group) {
  return state_->in_transactions(
      [offsets = std::move(offsets), group = std::move(group)](Transactions& own, auto done) mutable {
        GroupIdentity who{std::move(group.group_id), group.generation_id, std::move(group.member_id),
                          std::move(group.group_instance_id)};
        own.send_offsets(std::move(offsets), std::move(who), std::move(done));
      });
}
Future<void> Producer::commit_transaction() {
  return state_->in_transactions([](Transactions& own, auto done) { own.end(true, std::move(done)); });
}
Future<void> Producer::abort_transaction() {
  return state_->in_transactions([](Transactions& own, auto done) { own.end(false, std::move(done)); });
}
Future<ProducerStatistics> Producer::statistics() { return state_->statistics(); }

}  // namespace millrace::client
