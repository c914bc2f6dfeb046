#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "broker/placement.h"
#include "log/partition_log.h"
#include "ports/timers.h"
#include "protocol/errc.h"
#include "replica/partition.h"

namespace millrace::broker {

class Broker;

// One partition to be read for a fetch.
struct FetchItem {
  PartitionKey key;
  ShardId owner;
  Offset offset;
  std::int64_t max_bytes = 0;
  LeaderEpoch current_leader_epoch = kNoEpoch;  // what the reader believes; kNoEpoch: anything
  LeaderEpoch last_fetched_epoch = kNoEpoch;    // of what the reader has before `offset`; kNoEpoch: not said
};

struct FetchTerms {
  std::int64_t max_bytes = 0;   // of all partitions; the first batch found comes whole all the same
  std::int64_t min_bytes = 0;   // below this the fetch waits
  Millis max_wait{0};           // at most so long
  bool read_committed = false;
  bool from_replica = false;    // by a node that is not one of our replicas
};

struct FetchResult {
  protocol::Errc error = protocol::Errc::none;
  Offset high_watermark = kNoOffset;
  Offset last_stable_offset = kNoOffset;
  Offset log_start = kNoOffset;
  bool diverging = false;       // the reader's log and ours part at diverged_at
  log::EpochEnd diverged_at;
  log::ReadPlan plan;
  bool below_a_batch = false;   // the limit lies within the first batch, which need not come
  std::vector<log::AbortedTransaction> aborted;  // for read_committed: what to leave out of it
};

// The fetches whose connections are on this shard, and the waits for data of this shard's partitions. A fetch reads on
// every shard that owns one of its partitions; while it has too little, each of those shards calls when something
// changes, and is read again. Waiting costs nothing in between, on either side, and no place in a ring.
class Fetches {
 public:
  explicit Fetches(Broker& broker);
  ~Fetches();

  using FetchId = std::uint64_t;
  using Done = Callback<void(std::vector<FetchResult>)>;
  // Reads; `done` gets a result per item, in their order, at once or later.
  FetchId begin(std::vector<FetchItem> items, const FetchTerms& terms, Done done);
  // `done` will not be called.
  void cancel(FetchId fetch);

 private:
  struct Fetch;
  struct Reading;
  // A fetch of another shard (or this one) that waits here.
  using Reader = std::pair<ShardId, FetchId>;
  struct Share {
    std::vector<std::size_t> positions;  // in the fetch's items
    bool subscribed = false;
    bool changed = false;
  };
  using Answer = Callback<void(std::pair<std::vector<FetchResult>, bool>)>;

  void read(FetchId id, Fetch& fetch, ShardId owner);
  void got(FetchId id, ShardId owner, std::vector<FetchResult> results, bool subscribed);
  void settle(FetchId id, Fetch& fetch);
  void finish(FetchId id);
  void unsubscribe(FetchId id, Fetch& fetch);

  // On the owner's shard.
  void read_here(Reader reader, std::vector<FetchItem> items, const FetchTerms& terms, bool subscribe, Answer answer);
  void read_ready(const std::shared_ptr<Reading>& whole);
  void count_read(const Reading& reading);
  bool read_one(replica::Partition& partition, const FetchItem& item, const FetchTerms& terms, std::int64_t budget,
                bool at_least_one, FetchResult& result);
  void subscribe(Reader reader, const std::vector<FetchItem>& items);
  void unsubscribe_here(Reader reader);
  void changed_here(Reader reader);
  void woken(FetchId id, ShardId owner);

  Broker& broker_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  FetchId last_ = 0;
  std::map<FetchId, std::unique_ptr<Fetch>> fetches_;
  std::map<Reader, std::vector<std::pair<PartitionKey, replica::Partition::WaitId>>> waits_;
};

// Kafka's check of the epoch that a client names: none, FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH.
protocol::Errc check_leader_epoch(LeaderEpoch named, LeaderEpoch ours);

}  // namespace millrace::broker
