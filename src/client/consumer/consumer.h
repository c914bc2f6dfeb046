#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/pattern.h"
#include "client/alive.h"
#include "client/backoff.h"
#include "client/cluster.h"
#include "client/consumer/commits.h"
#include "client/consumer/fetcher.h"
#include "client/consumer/group_offsets.h"
#include "client/consumer/offset_search.h"
#include "client/consumer/membership.h"
#include "client/consumer/options.h"
#include "client/consumer/partitions.h"
#include "client/telemetry/reporter.h"
#include "millrace/consumer.h"
#include "millrace/consumer_record.h"

namespace millrace::client {

// What a rebalance has done, for the program's listener. `lost`: taken away without the chance to commit.
struct RebalanceEvent {
  enum class Kind : std::uint8_t { assigned, revoked, lost };
  Kind kind = Kind::assigned;
  std::vector<TopicPartition> partitions;
};

// What one poll of the core has brought. With an event there are no records, and nothing goes on before event_done().
struct Polled {
  ConsumerRecords records;
  std::optional<RebalanceEvent> event;
};

// The consumer: the partitions it reads, their positions, and what has been read ahead of them. Belongs to one shard.
// Completions are later calls, each made once.
class ConsumerCore final : FetchOwner, MembershipOwner {
 public:
  ConsumerCore(ports::Shard& shard, ClusterOptions cluster, ConsumerOptions options);
  ~ConsumerCore() override;

  // Reads exactly these partitions from now on; those that stay keep their positions.
  Status assign(const std::vector<TopicPartition>& partitions);
  // Shares these topics, or all that `pattern` takes whole, with the other members of the group. `listening`: whether
  // polls tell rebalances.
  Status subscribe(std::vector<std::string> topics, bool listening);
  Status subscribe(::millrace::Pattern pattern, bool listening);
  // The same for what the brokers find to match (KIP-848). Cause::wrong_state with the classic protocol.
  Status subscribe_regex(std::string expression, bool listening);
  // The next poll joins anew. Cause::wrong_state where the brokers share out, and without a subscription.
  Status enforce_rebalance(std::string reason);
  // Leaves the group, and reads nothing any more.
  void unsubscribe();
  std::vector<std::string> subscribed_topics() const override;
  // The program has dealt with the event that the last poll told.
  void event_done();
  std::vector<TopicPartition> assignment() const { return partitions_.keys(); }

  // The next records: as soon as there are some, none at `timeout`. Everything handed out before counts as processed.
  // Cause::wrong_state while another poll is under way.
  void poll(Millis timeout, Callback<void(Result<Polled>)> done);

  // The poll that waits, or else the next one, ends with Cause::cancelled.
  void wakeup();
  // Whether the group gives the partitions.
  bool subscribed() const { return group_ != nullptr; }

  // Jumps; a partition that is not assigned is Cause::wrong_state.
  Status seek(const TopicPartition& key, std::int64_t offset, std::optional<std::int32_t> leader_epoch);
  Status seek_to_time(const std::vector<TopicPartition>& keys, std::int64_t time);
  Status pause(const std::vector<TopicPartition>& keys, bool paused);
  std::vector<TopicPartition> paused() const;
  // The next record's offset, as soon as it is known.
  void position(const TopicPartition& key, Millis timeout, Callback<void(Result<std::int64_t>)> done);
  // Records between the position and the end that this consumer may read; nothing before the first fetch.
  std::optional<std::int64_t> lag(const TopicPartition& key) const;

  void committed(std::vector<TopicPartition> keys, Millis timeout, Callback<void(Result<Offsets>)> done);
  // Who commits now: this member of its group, or nobody with a generation.
  Result<GroupIdentity> member() const;
  // `offsets`: nothing for the positions of all partitions. Commits are carried out in the order of the calls.
  // UNKNOWN_MEMBER_ID with a subscription while this is no member of its group.
  void commit(std::optional<Offsets> offsets, Millis timeout, Callback<void(Status)> done);
  // Calls `observer` with what became of each commit, auto commits included, before the commit's own callback.
  using CommitObserver = Callback<void(const Offsets&, const Status&)>;
  void observe_commits(CommitObserver observer) { commit_observer_ = std::move(observer); }
  void find(std::map<TopicPartition, std::int64_t> times, Millis timeout, Callback<void(Result<FoundOffsets>)> done);

  // Commits what auto commit would, and leaves the group; for the time before close(). A poll that waits ends with
  // Cause::closed.
  void leave(Millis timeout, GroupExit exit, Callback<void(Status)> done);
  void close();

  // What has happened so far.
  struct Statistics {
    std::uint64_t records = 0;  // handed out
    std::uint64_t commits = 0;  // that have succeeded
    std::uint64_t fetches = 0;  // answered
    std::uint64_t bytes = 0;    // received by them
  };
  Statistics statistics() const { return {records_, commits_done_, fetcher_.answers(), fetcher_.bytes()}; }
  Cluster& cluster() { return cluster_; }
  // Null where metrics are not pushed.
  Reporter* reporter() { return reporter_.get(); }
  const ConsumerOptions& options() const { return options_; }

 private:
  struct PositionWaiter {
    TopicPartition key;
    MonoTime deadline;
    Callback<void(Result<std::int64_t>)> done;
  };
  struct Event {
    RebalanceEvent told;
    Callback<void()> done;
  };
  // rebalance.cc
  Status may_subscribe() const;
  void begin_subscription(bool listening);
  void forget_topics();
  std::optional<std::string> subscribed_regex() const override { return regex_; }
  std::vector<std::string> matching() const;
  void tell_refused_topics();
  void follow_view();
  void prepare_join(bool lost, Callback<void()> ready) override;
  std::vector<TopicPartition> owned_partitions() const override { return partitions_.keys(); }
  void on_assigned(std::vector<TopicPartition> partitions) override;
  void on_group_failed(Error why) override;
  void adopt_assignment();
  void drop_changes();
  void revoke(std::vector<TopicPartition> keys, Callback<void()> then);
  void tell(RebalanceEvent event, Callback<void()> then);
  bool serve_events();
  // consumer.cc
  std::vector<Metric> metrics() const;
  Status need(const std::vector<TopicPartition>& keys) const;
  Error no_group(const char* what) const;
  void add(const TopicPartition& key);
  void remove(const TopicPartition& key);
  void answer_poll();
  void finish_poll(Result<Polled> result);
  std::optional<Error> first_lost() const;
  void maybe_auto_commit();
  Offsets positions() const;
  GroupIdentity identity() const;
  std::optional<GroupIdentity> renewed(const GroupIdentity& who, const Offsets& offsets) const;
  // positions.cc
  void settle_positions();
  void ask_committed(std::vector<TopicPartition> keys);
  void ask_resets(std::map<TopicPartition, std::int64_t> times);
  void apply_reset(AssignedPartition& partition);
  void positions_changed();
  void try_later();
  void tell_waiters();
  void on_fetched() override;
  void on_out_of_range(AssignedPartition& partition) override;

  ports::Shard& shard_;
  const ConsumerOptions options_;
  Cluster cluster_;
  Commits commits_{cluster_,
                   [this](const GroupIdentity& who, const Offsets& offsets) { return renewed(who, offsets); }};
  CommitObserver commit_observer_;
  std::uint64_t records_ = 0;
  std::size_t last_polled_ = 0;
  std::uint64_t commits_done_ = 0;
  std::unique_ptr<Reporter> reporter_;  // none: metrics are not pushed
  Partitions partitions_;
  Fetcher fetcher_;
  std::unique_ptr<Membership> group_;  // with a subscription
  std::optional<::millrace::Pattern> pattern_;
  std::optional<std::string> regex_;  // for the brokers
  std::vector<std::string> subscribed_;
  std::set<std::string> refused_;  // those of them that were told to be
  bool listening_ = false;
  std::deque<Event> events_;
  bool event_told_ = false;
  std::optional<std::vector<TopicPartition>> to_adopt_;
  bool adopting_ = false;                         // from an assignment's first step to the program's answer to it
  std::optional<Callback<void()>> join_after_;    // a rebalance that waits for that
  std::uint32_t tenure_ = 0;  // grows when all is lost or left: what was begun before must change nothing then
  std::map<std::string, int> topics_;  // assigned partitions by topic
  bool started_ = false;               // somebody wants records or positions
  bool closed_ = false;
  std::optional<Callback<void(Result<Polled>)>> polling_;
  bool woken_ = false;  // the next poll ends at once
  ports::TimerId poll_timer_{0};
  std::deque<Error> failures_;
  std::deque<PositionWaiter> waiters_;
  ports::TimerId retry_timer_{0};
  Backoff backoff_;
  MonoTime next_auto_commit_;
  Cluster::Subscription subscription_;
  Cluster::Subscription refusals_;
  Alive alive_;
};

}  // namespace millrace::client
