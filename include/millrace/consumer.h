#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/config.h"
#include "millrace/consumer_record.h"
#include "millrace/export.h"
#include "millrace/future.h"
#include "millrace/group_metadata.h"
#include "millrace/interceptor.h"
#include "millrace/loop.h"
#include "millrace/partition_description.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// A consumer's settings: Kafka's names by set("max.poll.records", "100"), the most used ones by a method of their own.
class MILLRACE_API ConsumerConfig : public CommonConfig<ConsumerConfig> {
 public:
  // group.id: the group whose positions are committed, and whose members share a subscription. None unless set.
  ConsumerConfig& group_id(std::string id) { return set("group.id", std::move(id)); }
  // group.instance.id: the name of a static member, which may restart without a rebalance (KIP-345).
  ConsumerConfig& group_instance_id(std::string id) { return set("group.instance.id", std::move(id)); }
  // auto.offset.reset: where to begin without a position: "earliest", "latest", "none", "by_duration:PT1H".
  // "latest" unless set.
  ConsumerConfig& auto_offset_reset(std::string where) { return set("auto.offset.reset", std::move(where)); }
  // enable.auto.commit: whether poll() commits what polls before it have brought. On unless set, with a group.
  ConsumerConfig& auto_commit(bool on) { return set_flag("enable.auto.commit", on); }
  // isolation.level: with true, no records of open and aborted transactions. Off unless set.
  ConsumerConfig& read_committed(bool on) { return set("isolation.level", on ? "read_committed" : "read_uncommitted"); }
  // max.poll.records: how many records one poll brings at most. From 1; 500 unless set.
  ConsumerConfig& max_poll_records(std::int64_t count) { return set_whole("max.poll.records", count); }
  // max.poll.interval.ms: how long the program may go without polling before it loses its partitions. From 1 ms;
  // 5 minutes unless set.
  ConsumerConfig& max_poll_interval(std::chrono::milliseconds time) { return set_time("max.poll.interval.ms", time); }
  // session.timeout.ms: how long after its last heartbeat a member is taken for dead. 45 s unless set.
  ConsumerConfig& session_timeout(std::chrono::milliseconds time) { return set_time("session.timeout.ms", time); }
  // group.protocol: "classic", or "consumer", in which the brokers share out the partitions (KIP-848; Kafka 4.0). With
  // it the brokers decide about session timeout, heartbeats and assignors. "classic" unless set.
  ConsumerConfig& group_protocol(std::string name) { return set("group.protocol", std::move(name)); }
  // group.remote.assignor: which of the brokers' assignors, with group.protocol=consumer. Theirs to choose unless set.
  ConsumerConfig& remote_assignor(std::string name) { return set("group.remote.assignor", std::move(name)); }
  // heartbeat.interval.ms: below the session timeout. 3 s unless set.
  ConsumerConfig& heartbeat_interval(std::chrono::milliseconds time) { return set_time("heartbeat.interval.ms", time); }
  // partition.assignment.strategy: "range", "roundrobin", "sticky", "cooperative-sticky", the preferred one first.
  ConsumerConfig& assignors(std::string names) { return set("partition.assignment.strategy", std::move(names)); }
  // fetch.min.bytes and fetch.max.wait.ms: what a broker waits for, and how long, before it answers a fetch.
  // From 0; 1 byte and 500 ms unless set.
  ConsumerConfig& fetch_min_bytes(std::int64_t bytes) { return set_whole("fetch.min.bytes", bytes); }
  ConsumerConfig& fetch_max_wait(std::chrono::milliseconds time) { return set_time("fetch.max.wait.ms", time); }
  // fetch.max.bytes: what is read ahead at most, over all partitions. 50 MiB unless set.
  ConsumerConfig& fetch_max_bytes(std::int64_t bytes) { return set_whole("fetch.max.bytes", bytes); }
  // max.partition.fetch.bytes: the same of one partition, about. 1 MiB unless set.
  ConsumerConfig& max_partition_fetch_bytes(std::int64_t bytes) {
    return set_whole("max.partition.fetch.bytes", bytes);
  }
  // client.rack: replicas in this rack are read from, where the brokers allow it (KIP-392); the range and sticky
  // assignors prefer members in the rack of a replica (KIP-881).
  ConsumerConfig& rack(std::string name) { return set("client.rack", std::move(name)); }
  // Adds one that sees what is handed out and committed.
  ConsumerConfig& interceptor(std::shared_ptr<ConsumerInterceptor> one) {
    interceptors_.push_back(std::move(one));
    return *this;
  }
  const std::vector<std::shared_ptr<ConsumerInterceptor>>& interceptors() const { return interceptors_; }

 private:
  std::vector<std::shared_ptr<ConsumerInterceptor>> interceptors_;
};

// Hears of rebalances. Called by poll(), unsubscribe() and close(), on the thread that calls them (with poll_async():
// on the client's own, where nothing may wait), before any further record is handed out. It may call the consumer,
// except for poll, subscribe, unsubscribe and close. If it throws, the call that called it fails with Cause::callback;
// the rebalance has taken place all the same.
class MILLRACE_API RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  // These partitions are this member's from now on; with a cooperative assignor those that are new.
  virtual void on_assigned(const std::vector<TopicPartition>& partitions);
  // These are about to be given up, by unsubscribe() and close() too; what was processed can be committed still.
  virtual void on_revoked(const std::vector<TopicPartition>& partitions);
  // These belong to others already: the member was taken for dead. Calls on_revoked() unless it is overridden.
  virtual void on_lost(const std::vector<TopicPartition>& partitions);
};

// An offset found by its time.
struct OffsetAndTimestamp {
  std::int64_t offset = -1;
  std::int64_t timestamp_ms = -1;
  std::optional<std::int32_t> leader_epoch;
};

// What a consumer has done so far.
struct ConsumerStatistics {
  std::uint64_t records = 0;  // handed out
  std::uint64_t commits = 0;  // that have succeeded, the consumer's own included
  std::uint64_t fetches = 0;  // answers of brokers to fetches
  std::uint64_t bytes = 0;    // received by them
};

// What close() does about the group. `usual`: a static member (group.instance.id) stays in it until its session is
// over, so that it may come back without a rebalance; every other leaves at once.
enum class GroupExit : std::uint8_t { usual, leave, stay };

// Reads records: of partitions that the program assigns, or that a group of consumers shares; with positions that the
// consumer keeps and may commit to its group. Records are read ahead in the background, up to fetch.max.bytes. Any
// thread may call, except that poll() is for one at a time. Move-only: on a consumer that was moved from every call
// fails with Cause::wrong_state, and wakeup() does nothing. A consumer that goes away is closed without waiting.
class MILLRACE_API Consumer {
 public:
  // Checks the settings and starts; connects with the first call that needs it. Cause::invalid_config names the
  // setting.
  static Result<Consumer> create(const ConsumerConfig& config, const Loop* loop = nullptr);
  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  ~Consumer();

  // Reads exactly these partitions; those that it read before keep their positions. Others begin at the group's
  // committed position, else as auto.offset.reset says. Cause::invalid_argument for an empty topic or a negative index.
  Status assign(std::vector<TopicPartition> partitions);
  // Shares the partitions of these topics with all other consumers of the group that subscribe to them; joins with the
  // next poll, and replaces what was subscribed before. `listener` may be null. No topics: unsubscribe().
  // Cause::invalid_config without group.id, Cause::wrong_state beside assign(); what was subscribed before stays then.
  Status subscribe(std::vector<std::string> topics, std::shared_ptr<RebalanceListener> listener = nullptr);
  // The same for all topics whose whole name the regular expression matches, now and later, in the syntax of RE2:
  // Java's without look-around and references back. Cause::invalid_argument names one that is none, and why.
  Status subscribe_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener = nullptr);
  // The same for all topics that the brokers find to match, in the syntax of RE2 (KIP-848; Kafka 4.0): no metadata of
  // other topics reaches this client. Needs group.protocol=consumer, else Cause::wrong_state;
  // INVALID_REGULAR_EXPRESSION comes from poll().
  Status subscribe_server_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener = nullptr);
  // Leaves the group and reads nothing any more; after assign() too. Cause::callback, when that is done, if the
  // listener has thrown.
  Status unsubscribe();
  // The topics of the subscription, those that match the pattern now; none with a pattern that the brokers resolve.
  Result<std::vector<std::string>> subscription();
  // The partitions that are read now.
  Result<std::vector<TopicPartition>> assignment();

  // The next records: as soon as there are any, none when `timeout` (from 0 ms) is over; then Cause::network if no
  // broker could be reached for default.api.timeout.ms. Everything that polls have brought before counts as processed.
  // Fails with what stands in the way of a partition (the others go on with the next poll); with Cause::wrong_state
  // while another poll is under way, and in a callback of the client; with Cause::callback if the rebalance listener
  // has thrown: no record is lost by that, the next poll goes on.
  Result<ConsumerRecords> poll(std::chrono::milliseconds timeout);
  // The same as a future: then(), or co_await.
  Future<ConsumerRecords> poll_async(std::chrono::milliseconds timeout);

  // Has the next poll join the group anew, so that the partitions are shared out once more (KIP-568); brokers from
  // Kafka 3.2 log the `reason`. Cause::wrong_state without a subscription, and with group.protocol=consumer, where the
  // brokers share out.
  Status enforce_rebalance(std::string reason = {});

  // Ends the poll that waits, or the next one if none does, with Cause::cancelled; nothing is lost by it. For a thread
  // that wants another one to stop polling.
  void wakeup();

  // The next poll goes on at `offset`; one that the partition does not have is seen to as auto.offset.reset says.
  // Cause::wrong_state if the partition is not assigned, Cause::invalid_argument for a negative offset or epoch.
  Status seek(const TopicPartition& partition, std::int64_t offset,
              std::optional<std::int32_t> leader_epoch = std::nullopt);
  // The same for the first offset of partitions, looked up when it is needed.
  Status seek_to_beginning(std::vector<TopicPartition> partitions);
  // The same for the offset of the next record that will be written.
  Status seek_to_end(std::vector<TopicPartition> partitions);
  // Nothing of these partitions is handed out until they are resumed; what was read ahead is kept.
  Status pause(std::vector<TopicPartition> partitions);
  // They are handed out again.
  Status resume(std::vector<TopicPartition> partitions);
  // Those that are paused now.
  Result<std::vector<TopicPartition>> paused();

  // The offset of the next record that poll() will hand out. Waits until it is known, at most default.api.timeout.ms.
  Future<std::int64_t> position(const TopicPartition& partition);
  // Records between position and end; nothing before the first answer of a broker, or without a position.
  Result<std::optional<std::int64_t>> lag(const TopicPartition& partition);
  // The group's committed positions; partitions without one are left out. Cause::invalid_config without group.id.
  Future<std::map<TopicPartition, OffsetAndMetadata>> committed(std::vector<TopicPartition> partitions);

  // Who this is in its group now, for Producer::send_offsets_to_transaction. Cause::invalid_config without group.id.
  Result<ConsumerGroupMetadata> group_metadata();

  // Commits the positions of all partitions, or those given, for the group: get() waits, then() hears of it, dropping
  // the future does neither. Tried again until default.api.timeout.ms. ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID and
  // REBALANCE_IN_PROGRESS say that a rebalance has come between: poll again.
  // A position that could never be one (a negative offset, an empty topic) is Cause::invalid_argument.
  Future<void> commit();
  // The same for these positions only.
  Future<void> commit(std::map<TopicPartition, OffsetAndMetadata> offsets);

  // The first record at or after each time (milliseconds since 1970 UTC); partitions without one are left out.
  // Cause::invalid_argument for a negative time.
  Future<std::map<TopicPartition, OffsetAndTimestamp>> offsets_for_times(std::map<TopicPartition, std::int64_t> times);
  // The first offset of each.
  Future<std::map<TopicPartition, std::int64_t>> beginning_offsets(std::vector<TopicPartition> partitions);
  // The offset after the last record of each that this consumer may read.
  Future<std::map<TopicPartition, std::int64_t>> end_offsets(std::vector<TopicPartition> partitions);

  // The partitions of a topic, asked of a broker now; at most default.api.timeout.ms. UNKNOWN_TOPIC_OR_PARTITION if
  // there is none of this name.
  Future<std::vector<PartitionDescription>> partitions_for(std::string topic);
  // The same for all topics that this user may see.
  Future<std::map<std::string, std::vector<PartitionDescription>>> list_topics();

  // What it has done so far.
  Result<ConsumerStatistics> statistics();
  // By which id the brokers tell this client's pushed metrics from others' (KIP-714); 22 characters, as Kafka prints
  // ids. Asks for it if need be, at most default.api.timeout.ms. Cause::wrong_state with enable.metrics.push=false,
  // Cause::unsupported_version where nobody collects metrics.
  Future<std::string> client_instance_id();

  // Commits if enable.auto.commit, leaves the group as `exit` says (KIP-1092), then ends: every later call is
  // Cause::closed. What could not be committed within `timeout` is told, as is a listener that has thrown
  // (Cause::callback); the consumer is closed all the same.
  Status close(std::chrono::milliseconds timeout = std::chrono::seconds(30), GroupExit exit = GroupExit::usual);

 private:
  class State;
  explicit Consumer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace millrace::client
