#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/cluster.h"
#include "client/producer/batch.h"
#include "client/producer/identity.h"
#include "client/producer/options.h"
#include "client/producer/queues.h"
#include "client/producer/staging.h"
#include "client/producer/transactions.h"
#include "client/telemetry/reporter.h"
#include "protocol/gen/produce.h"

namespace millrace::client {

// The producer: gathers records into batches per partition, sends them to the leaders, and tries again until each has
// its broker's word or its time is over. Belongs to one shard. Deliveries are later calls, one per record; those of one
// partition come in the order of the records.
//
// Order and duplicates (KIP-98, KIP-360): with idempotence up to five batches of a partition are under way, each with
// its sequences, and a batch that is tried again goes before all later ones. When a batch is lost for good, its
// sequences would be missed; so the producer lets what is under way end, takes the next epoch, and counts from 0 again.
// In a transaction a batch that is lost fails the transaction instead.
class ProducerCore final : TransactionOwner {
 public:
  ProducerCore(ports::Shard& shard, ClusterOptions cluster, ProducerOptions options);
  ~ProducerCore() override;

  // Takes a record. It fails with Cause::too_large above max.request.size, Cause::queue_full above buffer.memory,
  // Cause::timed_out if its topic is not known within max.block.ms, else with the broker's last word.
  void send(const EncodedRecord& record, DeliveryCallback&& delivery);
  // The same with a record that is encoded here.
  void send(const Record& record, DeliveryCallback delivery);
  // The same with all of these; a batch of them is taken as it is, if its partition is known and nothing waits there
  // that has room for it.
  void send(Staging& staged);
  // Why a record of so many bytes is not taken, whatever is free.
  static Error too_large(std::string_view topic, std::size_t bytes, const ProducerOptions& options);
  // Sends everything at once; `done` when every record sent before has been delivered or has failed.
  void flush(Callback<void()> done) override;
  // Fails what has not been delivered with Cause::closed.
  void close();

  // Calls `freed` with the bytes (EncodedRecord::size()) of records that have had their end, at most once a turn, and
  // with memory of batches that have ended, of which it may take some.
  using Freed = Callback<void(std::size_t bytes, std::vector<Batch::Space>& spare)>;
  void when_room(Freed freed) { on_room_ = std::move(freed); }

  // Bytes of records that have not been delivered.
  std::size_t buffered_bytes() const { return buffered_; }
  Cluster& cluster() { return cluster_; }
  // Null without transactional.id.
  Transactions* transactions() { return transactions_.get(); }
  const ProducerOptions& options() const { return options_; }
  // Once it is set, no record will be sent any more.
  const std::optional<Error>& fatal() const { return fatal_; }
  // Null where metrics are not pushed.
  Reporter* reporter() { return reporter_.get(); }
  // What has happened so far.
  struct Statistics {
    std::uint64_t records_sent = 0;     // delivered
    std::uint64_t records_failed = 0;
    std::uint64_t batches_sent = 0;     // attempts
    std::uint64_t batches_retried = 0;
    std::uint64_t requests = 0;
    std::uint64_t bytes_sent = 0;       // of batches as sent
  };
  const Statistics& statistics() const { return statistics_; }

 private:
  using Sent = std::vector<std::pair<PartitionQueue*, BatchPtr>>;
  struct Flush {
    std::uint64_t upto;         // order of the last batch that it waits for
    std::uint64_t upto_parked;  // number of the last parked record
    Callback<void()> done;
  };
  // accept.cc: from records to batches
  TopicQueues& topic_queues(std::string_view topic);
  const TopicView* view_of(TopicQueues& topic);
  std::optional<Error> closed_for_all() const;
  std::optional<Error> refusal(const EncodedRecord& record) const;
  bool place(TopicQueues& topic, const EncodedRecord& record, DeliveryCallback& delivery);
  bool adopt(Run& run);
  void put(PartitionQueue& queue, const EncodedRecord& record, DeliveryCallback&& delivery);
  void begin(PartitionQueue& queue, BatchPtr batch);
  void refuse(const EncodedRecord& record, DeliveryCallback delivery, Error error);
  void release(std::size_t bytes);
  void unpark(TopicQueues& topic);
  void expire_parked(MonoTime now);
  // choose.cc: the partition of a record
  Result<std::int32_t> choose(TopicQueues& topic, const EncodedRecord& record);
  std::int32_t stick(TopicQueues& topic, std::size_t bytes);
  std::vector<StickyChoice::Candidate> candidates(const TopicQueues& topic) const;
  bool stuck(const PartitionQueue& queue) const;
  // producer.cc
  std::vector<Metric> metrics() const;
  // For the transactions:
  void give_up_waiting(const Error& why) override;
  void on_identity_changed() override;
  void on_admitted() override { schedule_pump(); }
  void on_fatal(const Error& why) override;
  // sender.cc: from batches to requests
  void schedule_pump();
  void pump();
  bool sendable(const PartitionQueue& queue, MonoTime now) const;
  void number(PartitionQueue& queue, Batch& batch);
  Sent collect(std::vector<PartitionQueue*> ready, MonoTime now);
  protocol::ProduceRequest request_for(const Sent& sent) const;
  void send_to(NodeId node, std::vector<PartitionQueue*> ready, MonoTime now);
  void expire(MonoTime now);
  void arm(MonoTime now);
  void maybe_bump();
  // answers.cc: from answers to deliveries
  void take_answer(NodeId node, const Sent& sent, Result<Answer<protocol::ProduceResponse>> answer);
  void take_silence(const Sent& sent, const Status& handed_over);
  void take_part(PartitionQueue& queue, const BatchPtr& batch,
                 const protocol::ProduceResponse::PartitionProduceResponse& part);
  void refused_identity(PartitionQueue& queue, const BatchPtr& batch, protocol::Errc code, const Error& why);
  void try_again(PartitionQueue& queue, const BatchPtr& batch, bool may_be_written, const Error& why);
  void split(PartitionQueue& queue, const BatchPtr& batch);
  void finish(PartitionQueue& queue, const BatchPtr& batch);
  void break_sequences();
  void lose(PartitionQueue& queue, const BatchPtr& batch, const Error& error,
            const std::vector<Batch::Refused>& refused = {});
  bool parked_upto(std::uint64_t number) const;
  void settle_flushes();
  void fail_everything(const Error& error);

  ports::Shard& shard_;
  const ProducerOptions options_;
  Cluster cluster_;
  Identity identity_;
  std::unique_ptr<Transactions> transactions_;
  RecordEncoder encoder_;
  std::vector<std::byte> encoded_;
  std::map<std::string, std::unique_ptr<TopicQueues>, std::less<>> topics_;
  TopicQueues* last_topic_ = nullptr;  // of the last record: the next one is probably for the same
  std::map<std::pair<std::string_view, std::int32_t>, PartitionQueue*> busy_;  // with batches that wait
  std::map<NodeId, std::uint32_t> in_flight_;  // requests
  std::set<std::uint64_t> outstanding_;        // orders of batches without an end
  std::uint64_t last_order_ = 0;
  std::size_t parked_ = 0;
  std::uint64_t last_parked_ = 0;
  std::vector<Batch::Space> spare_;
  std::size_t buffered_ = 0;
  std::size_t released_ = 0;  // and not told yet
  Freed on_room_;
  std::deque<Flush> flushes_;
  bool bump_wanted_ = false;
  bool new_id_wanted_ = false;
  bool sequences_broken_ = false;  // by the batch that is about to be lost
  bool pump_scheduled_ = false;
  bool closed_ = false;
  std::optional<Error> fatal_;
  ports::TimerId timer_{0};
  Cluster::Subscription subscription_;
  Cluster::Subscription refusals_;
  Statistics statistics_;
  std::unique_ptr<Reporter> reporter_;  // none: metrics are not pushed
  Alive alive_;
};

}  // namespace millrace::client
