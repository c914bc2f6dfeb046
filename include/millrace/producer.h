#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "millrace/compression.h"
#include "millrace/config.h"
#include "millrace/export.h"
#include "millrace/future.h"
#include "millrace/group_metadata.h"
#include "millrace/interceptor.h"
#include "millrace/loop.h"
#include "millrace/partition_description.h"
#include "millrace/partitioner.h"
#include "millrace/record.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// A producer's settings: Kafka's names by set("linger.ms", "20"), the most used ones by a method of their own.
// Idempotence is on and acks=all unless set otherwise, so retries neither duplicate nor reorder records.
class MILLRACE_API ProducerConfig : public CommonConfig<ProducerConfig> {
 public:
  // linger.ms: how long a batch waits for more records. From 0 ms; 5 ms unless set.
  ProducerConfig& linger(std::chrono::milliseconds time) { return set_time("linger.ms", time); }
  // batch.size: bytes of records of one partition that travel together. 16384 unless set.
  ProducerConfig& batch_size(std::int64_t bytes) { return set_whole("batch.size", bytes); }
  // buffer.memory: bytes of records that may wait; send() blocks above it. 32 MiB unless set.
  ProducerConfig& buffer_memory(std::int64_t bytes) { return set_whole("buffer.memory", bytes); }
  // max.block.ms: how long send() may wait for memory or for the topic to be known; 0: never, it is an error at once.
  // 60 s unless set.
  ProducerConfig& max_block(std::chrono::milliseconds time) { return set_time("max.block.ms", time); }
  // delivery.timeout.ms: how long after send() a record is delivered or has failed. 2 minutes unless set.
  ProducerConfig& delivery_timeout(std::chrono::milliseconds time) { return set_time("delivery.timeout.ms", time); }
  // acks: -1 all replicas in sync, 1 the leader, 0 nobody (no offsets are known then). -1 unless set.
  ProducerConfig& acks(int count) { return set("acks", count < 0 ? "all" : std::to_string(count)); }
  // enable.idempotence. On unless set.
  ProducerConfig& idempotence(bool on) { return set_flag("enable.idempotence", on); }
  // transactional.id: records go in transactions, and whoever used the id before is fenced. None unless set.
  ProducerConfig& transactional_id(std::string id) { return set("transactional.id", std::move(id)); }
  // transaction.timeout.ms: how long a transaction may be open before the brokers abort it. 60 s unless set.
  ProducerConfig& transaction_timeout(std::chrono::milliseconds time) {
    return set_time("transaction.timeout.ms", time);
  }
  // compression.type. None unless set.
  ProducerConfig& compression(Compression codec);
  // Adds one that sees every record.
  ProducerConfig& interceptor(std::shared_ptr<ProducerInterceptor> one) {
    interceptors_.push_back(std::move(one));
    return *this;
  }
  const std::vector<std::shared_ptr<ProducerInterceptor>>& interceptors() const { return interceptors_; }
  // Chooses partitions in place of Kafka's rule; null for that.
  ProducerConfig& partitioner(std::shared_ptr<Partitioner> one) {
    partitioner_ = std::move(one);
    return *this;
  }
  const std::shared_ptr<Partitioner>& partitioner() const { return partitioner_; }

 private:
  std::shared_ptr<Partitioner> partitioner_;
  std::vector<std::shared_ptr<ProducerInterceptor>> interceptors_;
};

// What a producer has done so far.
struct ProducerStatistics {
  std::uint64_t records_delivered = 0;
  std::uint64_t records_failed = 0;
  std::uint64_t batches_sent = 0;     // attempts included
  std::uint64_t batches_retried = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes_sent = 0;       // of batches, as sent
  std::uint64_t bytes_waiting = 0;    // of records that have no end yet
};

// Sends records. Any thread, any number of them at once; records that one thread sends to one partition keep their
// order. Move-only: on a producer that was moved from every call fails with Cause::wrong_state. A producer that goes
// away is closed without waiting.
class MILLRACE_API Producer {
 public:
  // Checks the settings and starts; connects when the first record comes. Cause::invalid_config names the setting.
  static Result<Producer> create(const ProducerConfig& config, const Loop* loop = nullptr);
  Producer(Producer&&) noexcept;
  Producer& operator=(Producer&&) noexcept;
  ~Producer();

  // Sends a record. Waits while buffer.memory is used up, at most max.block.ms, and then fails with Cause::queue_full
  // (on the client's own thread at once). Cause::invalid_argument for a record that could never be written: without a
  // topic, or from before 1970; Cause::too_large above max.request.size. The result comes when the broker has answered
  // for it: blocking by get(), as a call by then(), in a coroutine by co_await.
  Future<RecordMetadata> send(Record record);
  // The same with a call for the result; the cheapest way for many records. `delivered` may be empty.
  void send(Record record, DeliveryCallback delivered);

  // Sends what waits without lingering, and waits until every record sent before has its end. Cause::timed_out if that
  // takes longer than `timeout`; the records go on.
  Status flush(std::chrono::milliseconds timeout);
  // flush(timeout), then ends: what is not delivered then fails with Cause::closed, as every later call does.
  Status close(std::chrono::milliseconds timeout = std::chrono::minutes(2));

  // Transactions, for a producer with transactional.id; without one each of these is Cause::wrong_state, as is a call
  // out of turn. An Error with `abortable` ends the transaction: abort it and begin another, with the same records if
  // wanted. One with `fatal` (PRODUCER_FENCED: another producer has taken the id over) ends the producer. A call that
  // is Cause::timed_out after max.block.ms has an open outcome: call the same again.
  //
  // Once, before all others: takes the id over and aborts what an earlier producer left open.
  Future<void> init_transactions();
  // From now on send() is part of a transaction.
  Future<void> begin_transaction();
  // Makes positions of a group part of the transaction: of a consumer's records that this producer's records stem from.
  // `group`: the consumer's group_metadata(). A member that the group has gone on without is refused (abortable).
  Future<void> send_offsets_to_transaction(std::map<TopicPartition, OffsetAndMetadata> offsets,
                                           ConsumerGroupMetadata group);
  // Waits for all records of the transaction and commits it, or fails with the first error among them.
  Future<void> commit_transaction();
  // Gives up what has not been sent, and aborts the transaction.
  Future<void> abort_transaction();

  // The partitions of a topic, asked of a broker now; waits for a topic that is created by being asked for.
  // UNKNOWN_TOPIC_OR_PARTITION if there is none within max.block.ms.
  Future<std::vector<PartitionDescription>> partitions_for(std::string topic);

  // What it has done so far.
  Future<ProducerStatistics> statistics();
  // By which id the brokers tell this client's pushed metrics from others' (KIP-714); 22 characters, as Kafka prints
  // ids. Asks for it if need be, at most max.block.ms. Cause::wrong_state with enable.metrics.push=false,
  // Cause::unsupported_version where nobody collects metrics.
  Future<std::string> client_instance_id();

 private:
  class State;
  explicit Producer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace millrace::client
