#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/alive.h"
#include "client/cluster.h"
#include "client/consumer/chunk.h"
#include "client/consumer/epoch_membership.h"
#include "client/share/options.h"
#include "client/share/share_session.h"
#include "client/telemetry/reporter.h"

namespace millrace::client {

// The share consumer: what its brokers have locked for it, and what the program has said of that. Records are asked for
// while a poll waits and nothing is left of earlier answers, since their locks run from the answer on. Belongs to one
// shard. Completions are later calls, each made once.
class ShareCore final : MembershipOwner {
 public:
  using Commits = ShareCommit::Results;
  using Heard = Callback<void(const TopicPartition&, const std::vector<std::int64_t>&, const Status&)>;

  ShareCore(ports::Shard& shard, ClusterOptions cluster, ShareOptions options);
  ~ShareCore() override;

  Status subscribe(std::vector<std::string> topics);
  void unsubscribe();
  std::vector<std::string> subscribed_topics() const override { return subscribed_; }
  // What the public methods of these names promise.
  void poll(Millis timeout, Callback<void(Result<ConsumerRecords>)> done);
  void wakeup();
  Status acknowledge(const TopicPartition& partition, std::int64_t offset, AcknowledgeType type);
  void commit(Callback<void(Result<Commits>)> done);
  void on_acknowledged(Heard heard) { heard_ = std::move(heard); }
  std::optional<Millis> lock_timeout() const { return lock_timeout_; }
  // What has happened so far.
  struct Statistics {
    std::uint64_t records = 0;       // handed out
    std::uint64_t acknowledged = 0;  // and taken by the brokers
    std::uint64_t fetches = 0;       // answered
    std::uint64_t bytes = 0;         // received by them
  };
  const Statistics& statistics() const { return statistics_; }
  Cluster& cluster() { return cluster_; }
  // Null where metrics are not pushed.
  Reporter* reporter() { return reporter_.get(); }
  const ShareOptions& options() const { return options_; }
  // Commits and leaves the group; for the time before close().
  void leave(Millis timeout, Callback<void(Status)> done);
  void close();

 private:
  // The records of one partition in one answer.
  struct Batch {
    NodeId node;
    ShareKey key;
    MonoTime arrived;
    Chunk records;
    std::vector<protocol::ShareFetchResponse::AcquiredRecords> acquired;
  };
  // Records that the program has, and what it has said of them.
  struct Word {
    std::optional<AcknowledgeType> said;
    bool renewed = false;  // a last word is still to come, but need not before the next poll
  };
  struct Handed {
    NodeId node;  // whose session they were acquired in
    ShareKey key;
    std::map<std::int64_t, Word> records;
  };
  struct Broker {
    ShareSession session;
    PendingByKey pending;  // to be told
    PendingByKey told;     // by the request under way
    bool busy = false;
    bool ending = false;  // the session is to end as soon as it can
    MonoTime not_before;
  };

  // share_core.cc
  std::optional<std::string> subscribed_regex() const override { return std::nullopt; }
  std::vector<TopicPartition> owned_partitions() const override { return {}; }
  void tell_refused_topics();
  void prepare_join(bool lost, Callback<void()> ready) override;
  void on_assigned(std::vector<TopicPartition> partitions) override;
  void on_group_failed(Error why) override;
  void answer_poll();
  void finish_poll(Result<ConsumerRecords> result);
  void hand_out(Batch& batch, ConsumerRecords& out);
  std::vector<Metric> metrics() const;
  void put_unseen(const Batch& batch, std::int8_t type);
  void end_sessions();
  bool all_acknowledged() const;
  void settle_handed();
  void put(NodeId node, const ShareKey& key, const TopicPartition& name, const Acknowledgements& acks);
  // share_requests.cc
  void pump();
  void fetch(NodeId node, Broker& broker, const std::set<ShareKey>& wanted);
  void acknowledge_only(NodeId node, Broker& broker, bool last);
  void take_fetched(NodeId node, Result<Answer<protocol::ShareFetchResponse>> answer);
  void take_part(NodeId node, const ShareKey& key, const protocol::ShareFetchResponse::PartitionData& part,
                 const std::shared_ptr<const Buffer>& frame);
  void take_part_error(NodeId node, const ShareKey& key, protocol::Errc code, std::string_view detail);
  void take_acknowledged(NodeId node, Result<Answer<protocol::ShareAcknowledgeResponse>> answer);
  void session_failed(NodeId node, Broker& broker, const Error& why);
  void tell_result(Broker& broker, const ShareKey& key, const Status& status);
  void fail_told(Broker& broker, const Error& why);
  void fail_pending(Broker& broker);
  void wake_at(MonoTime when);
  void report(const PendingAcks& acks, const Status& status);
  bool must_acknowledge_alone(const Broker& broker, const std::set<ShareKey>& wanted) const;
  std::map<NodeId, std::set<ShareKey>> wanted_by_broker() const;
  bool wants_records() const;

  ports::Shard& shard_;
  const ShareOptions options_;
  Cluster cluster_;
  std::unique_ptr<EpochMembership> group_;
  std::string member_id_;
  std::vector<std::string> subscribed_;
  std::set<std::string> refused_;  // those of them that were told to be
  std::vector<TopicPartition> assigned_;
  std::map<NodeId, Broker> brokers_;
  NodeId last_asked_ = kNoNode;
  std::deque<Batch> batches_;
  std::map<TopicPartition, Handed> handed_;
  std::deque<Error> failures_;
  std::optional<Millis> lock_timeout_;
  Heard heard_;
  Statistics statistics_;
  std::unique_ptr<Reporter> reporter_;  // none: metrics are not pushed
  bool closed_ = false;
  std::optional<Callback<void(Result<ConsumerRecords>)>> polling_;
  bool woken_ = false;  // the next poll ends at once
  ports::TimerId poll_timer_{0};
  ports::TimerId timer_{0};
  MonoTime timer_at_;
  Cluster::Subscription subscription_;
  Cluster::Subscription refusals_;
  Alive alive_;
};

}  // namespace millrace::client
