#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "client/alive.h"
#include "client/cluster.h"
#include "client/consumer/chunk.h"
#include "client/consumer/fetch_session.h"
#include "client/consumer/options.h"
#include "client/consumer/partitions.h"
#include "protocol/gen/fetch.h"

namespace millrace::client {

// Who owns a fetcher.
class FetchOwner {
 public:
  virtual ~FetchOwner() = default;
  // There is something to hand out, or a failure to tell.
  virtual void on_fetched() = 0;
  // The position is not in the partition's log any more.
  virtual void on_out_of_range(AssignedPartition& partition) = 0;
};

// Reads ahead for all partitions that have a position: one request per broker under way, and none while a partition of
// that broker has max.partition.fetch.bytes waiting or all together have fetch.max.bytes. Belongs to one shard.
class Fetcher {
 public:
  Fetcher(Cluster& cluster, const ConsumerOptions& options, Partitions& partitions, FetchOwner& owner);
  ~Fetcher();

  // Asks the brokers for what is wanted now; to be called whenever that may have changed. Cheap.
  void pump();
  // Moves up to `limit` records to `out`, oldest answers first. A failure stands alone: what was taken before is told
  // first, the failure by the next call.
  Status take(std::size_t limit, ConsumerRecords& out);
  // Whether take() would bring something, records or a failure.
  bool has_something() const;
  // Ends the brokers' sessions, as far as that can be done without waiting.
  void close();

  // Answers to fetches so far, and their bytes.
  std::uint64_t answers() const { return answers_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct BrokerState {
    FetchSession session;
    bool busy = false;
    std::map<TopicPartition, std::uint64_t> turns;  // of the request under way
    MonoTime not_before;
  };
  bool wants(const AssignedPartition& partition, MonoTime now) const;
  NodeId source(AssignedPartition& partition, MonoTime now) const;
  void send(NodeId node, BrokerState& broker, const FetchSession::Wants& wanted);
  void take_answer(NodeId node, Result<Answer<protocol::FetchResponse>> answer);
  void take_part(NodeId node, const BrokerState& broker, const TopicPartition& key,
                 const protocol::FetchResponse::PartitionData& part, const std::shared_ptr<const Buffer>& frame);
  void take_error(AssignedPartition& partition, protocol::Errc code);
  void wake_at(MonoTime when);

  Cluster& cluster_;
  const ConsumerOptions& options_;
  Partitions& partitions_;
  FetchOwner& owner_;
  std::map<NodeId, BrokerState> brokers_;
  std::deque<Chunk> chunks_;
  std::deque<Error> failures_;
  std::uint64_t answers_ = 0;
  std::uint64_t bytes_ = 0;
  ports::TimerId timer_{0};
  MonoTime timer_at_;
  Alive alive_;
};

}  // namespace millrace::client
