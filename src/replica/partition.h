#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "log/partition_log.h"
#include "ports/shard.h"

namespace millrace::replica {

// Which acknowledgement a producer waits for.
enum class Acks : std::int8_t { all = -1, none = 0, leader = 1 };

// Why an append was not taken. The broker maps each to one of Kafka's codes.
enum class AppendError : std::uint8_t {
  not_leader,            // NOT_LEADER_OR_FOLLOWER
  not_enough_replicas,   // NOT_ENOUGH_REPLICAS: acks=all and fewer in sync than min.insync.replicas
  storage,               // KAFKA_STORAGE_ERROR
  timed_out,             // REQUEST_TIMED_OUT: not acknowledged by all in time, appended or not
  out_of_order_sequence, // OUT_OF_ORDER_SEQUENCE_NUMBER
  stale_producer_epoch,  // INVALID_PRODUCER_EPOCH
  too_large,             // RECORD_LIST_TOO_LARGE: more than a segment may have
};

struct Appended {
  Offset base_offset = kNoOffset;   // of the first record; of the old batch for a duplicate
  Offset last_offset = kNoOffset;
  Offset log_start = kNoOffset;
  bool duplicate = false;
};

// What has gone through a partition since its log was opened.
struct Traffic {
  std::uint64_t messages_in = 0;  // records appended
  std::uint64_t bytes_in = 0;     // of their batches
  std::uint64_t bytes_out = 0;    // of batches sent to consumers
  Traffic& operator+=(const Traffic& other) {
    messages_in += other.messages_in;
    bytes_in += other.bytes_in;
    bytes_out += other.bytes_out;
    return *this;
  }
};

// A replica of a partition on this node, on the shard that owns it: leadership, the set of replicas with what each is
// known to have, the high watermark, and those that wait for it. With one replica the high watermark is the log's
// durable end. Follows the metadata (lead, follow); never decides leadership itself.
class Partition final : public log::LogListener {
 public:
  struct Identity {
    std::string topic;
    Uuid topic_id;
    PartitionIndex index;
  };

  Partition(ports::Shard& shard, NodeId self, Identity identity);
  ~Partition() override;

  // Opened by the owner with this partition as its listener; set once, before lead(). `high_watermark`: what is known
  // of it from before (replication-offset-checkpoint); what the log does not reach of it does not count.
  void set_log(std::unique_ptr<log::PartitionLog> log, Offset high_watermark = kNoOffset);
  log::PartitionLog& log();
  const Identity& identity() const { return identity_; }
  ports::Shard& shard() { return shard_; }

  // Leads from `epoch` on with these replicas; an older or equal epoch is ignored.
  void lead(LeaderEpoch epoch, std::vector<NodeId> replicas, std::vector<NodeId> isr, std::int32_t min_isr);
  // No longer leader: everyone who waits is answered with not_leader.
  void resign(LeaderEpoch epoch);
  // The log directory has failed: every append from now on gets AppendError::storage. Reads go on.
  void refuse_appends();
  bool is_leader() const;
  LeaderEpoch leader_epoch() const;

  Offset log_start() const;
  Offset log_end() const;
  // What consumers may read below.
  Offset high_watermark() const;
  // What read_committed consumers may read below (the high watermark while no transaction is open).
  Offset last_stable_offset() const;

  // Appends one validated batch (or several of one coordinator write). Idempotent producers are checked against the
  // log's table. `done` is a later call: at once after the append for Acks::none, when the batch is durable here for
  // Acks::leader, when the high watermark has passed it for Acks::all, or with timed_out at `deadline`.
  using AppendDone = Callback<void(Result<Appended, AppendError>)>;
  void append(Buffer batches, Acks acks, MonoTime deadline, AppendDone done);

  // Calls `task` once, later, when the high watermark is at or above `offset`; with false when leadership is lost
  // first.
  void when_committed(Offset offset, Callback<void(bool)> task);

  // A fetch that waits for data: `wake` is called once, later, when something changed for readers (high watermark
  // moved, leadership changed). The waiter plans its read again.
  using WaitId = std::uint64_t;
  WaitId wait_for_change(Task wake);
  void cancel_wait(WaitId wait);

  const Traffic& traffic() const { return traffic_; }
  // Batches of `bytes` in all have been sent to a consumer.
  void count_read(std::uint64_t bytes) { traffic_.bytes_out += bytes; }

  void on_durable(Offset durable_end) override;
  void on_broken() override;
  void on_stalled(bool stalled) override;

 private:
  struct State;
  struct PutOff;
  void later(Task task);
  bool try_append(PutOff& append);
  void retry_put_off();
  record::SequenceVerdict judge(Bytes batches, Appended& duplicate) const;
  bool passed(Acks acks, Offset end) const;
  void advance();
  void answer_passed();
  void fail_not_durable();
  void wake_readers();
  void arm_deadline(MonoTime when);
  void expire();

  ports::Shard& shard_;
  NodeId self_;
  Identity identity_;
  Traffic traffic_;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::replica
