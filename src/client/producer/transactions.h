#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/callback.h"
#include "client/alive.h"
#include "client/cluster.h"
#include "client/consumer/group_offsets.h"
#include "client/producer/identity.h"
#include "client/producer/options.h"
#include "protocol/gen/end_txn.h"

namespace millrace::client {

// The producer whose transactions these are.
class TransactionOwner {
 public:
  virtual ~TransactionOwner() = default;
  // Calls `done` when every record sent before has its end.
  virtual void flush(Callback<void()> done) = 0;
  // Fails the records that no broker has been asked to write.
  virtual void give_up_waiting(const Error& why) = 0;
  // There is another identity: sequences begin anew.
  virtual void on_identity_changed() = 0;
  // More batches may go.
  virtual void on_admitted() = 0;
  // This producer can do nothing more.
  virtual void on_fatal(const Error& why) = 0;
};

// The transactions of one transactional.id (KIP-98), in both generations of the protocol: the first one tells the
// coordinator of every partition before it is written to; with the second (transaction.version 2 of the cluster,
// KIP-890) brokers see to that themselves, and each end of a transaction brings the next epoch. Belongs to one shard.
//
// An error that is `abortable` ends the present transaction: abort it and begin another. One that is `fatal` ends the
// producer. Calls may be repeated after any other.
class Transactions {
 public:
  using Done = Callback<void(Status)>;
  Transactions(Cluster& cluster, const ProducerOptions& options, Identity& identity, TransactionOwner& owner);

  // Takes the id over: whoever used it before is fenced, and its open transaction aborted. Within max.block.ms.
  void init(Done done);
  Status begin();
  // Adds committed positions of a group to the transaction. ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID and
  // FENCED_INSTANCE_ID (abortable) say that the group has gone on without the member.
  void send_offsets(Offsets offsets, GroupIdentity who, Done done);
  // Ends the transaction, after everything sent before has its end. Cause::timed_out after max.block.ms: call again.
  void end(bool commit, Done done);

  // Why no record can be sent now; nothing within a transaction.
  std::optional<Error> refusal() const;
  // Whether batches for this partition may go. If not, they may at on_admitted().
  bool admits(const std::string& topic, std::int32_t partition);
  // Those versions of Produce that the generation in use can do with.
  VersionRange produce_versions(VersionRange versions) const;
  // A batch has failed for good. `hole`: its sequences are missing.
  void batch_failed(const Error& why, bool hole);

 private:
  enum class State : std::uint8_t { fresh, initializing, ready, open, ending, failed, fatal };
  using Partition = std::pair<std::string, std::int32_t>;

  Target coordinator() const { return Target::coordinator(CoordinatorType::transaction, options_.transactional_id); }
  Error wrong_state(const char* call) const;
  void later(Done done, Status status);
  void ask_identity(Done done);
  void add_partitions();
  void take_added(Status status);
  void add_offsets(std::shared_ptr<Offsets> offsets, GroupIdentity who, Done done);
  void commit_offsets(std::shared_ptr<Offsets> offsets, GroupIdentity who, Done done);
  void offsets_done(const Status& status, Done done);
  void flushed();
  void send_end();
  void take_end(Result<Answer<protocol::EndTxnResponse>> answer);
  void finish_end(Status status);
  void become_ready();
  void choose_generation();
  // Marks the error as fatal or abortable, and goes into that state.
  Error fail(Error why);

  Cluster& cluster_;
  const ProducerOptions& options_;
  Identity& identity_;
  TransactionOwner& owner_;
  State state_ = State::fresh;
  bool second_generation_ = false;
  bool committing_ = false;
  bool started_ = false;     // the coordinator knows, or will know, of the transaction
  bool bump_wanted_ = false;  // an identity without holes in its sequences is needed before the next one
  std::optional<Error> error_;
  std::set<Partition> added_;
  std::set<Partition> wanted_;
  std::set<Partition> adding_;  // asked for
  std::uint32_t offsets_under_way_ = 0;
  bool end_waits_ = false;  // for the offsets
  Done end_done_;
  Alive alive_;
};

}  // namespace millrace::client
