#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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
#include "millrace/loop.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// A share consumer's settings: Kafka's names by set("share.acquire.mode", "record_limit"), the most used ones by a
// method of their own. Settings of consumers that share groups do not know are refused by create().
class MILLRACE_API ShareConsumerConfig : public CommonConfig<ShareConsumerConfig> {
 public:
  // group.id: the share group, whose members are handed different records of the same partitions. Needed.
  ShareConsumerConfig& group_id(std::string id) { return set("group.id", std::move(id)); }
  // share.acknowledgement.mode: with true, the program acknowledges each record by acknowledge(), and poll() refuses to
  // go on before it has. Else the next poll(), commit() or close() accepts all that the last poll has brought.
  ShareConsumerConfig& explicit_acknowledgement(bool on) {
    return set("share.acknowledgement.mode", on ? "explicit" : "implicit");
  }
  // max.poll.records: how many records one poll brings, about: whole batches are handed out, unless share.acquire.mode
  // is record_limit (KIP-1206; Kafka 4.2). From 1; 500 unless set.
  ShareConsumerConfig& max_poll_records(std::int64_t count) { return set_whole("max.poll.records", count); }
  // max.poll.interval.ms: how long the program may go without polling before it leaves the group. From 1 ms;
  // 5 minutes unless set.
  ShareConsumerConfig& max_poll_interval(std::chrono::milliseconds time) {
    return set_time("max.poll.interval.ms", time);
  }
  // fetch.max.wait.ms: how long a broker waits for records. From 0; 500 ms unless set.
  ShareConsumerConfig& fetch_max_wait(std::chrono::milliseconds time) { return set_time("fetch.max.wait.ms", time); }
  // client.rack: where this client stands.
  ShareConsumerConfig& rack(std::string name) { return set("client.rack", std::move(name)); }
};

// What a program says of a record that it was handed.
enum class AcknowledgeType : std::int8_t {
  accept = 1,   // processed
  release = 2,  // not processed; to be handed out again, to anybody
  reject = 3,   // cannot be processed; never to be handed out again
  renew = 4,    // still being processed: its lock begins anew, another word must follow (KIP-1222; Kafka 4.2)
};

// What a share consumer has done so far.
struct ShareConsumerStatistics {
  std::uint64_t records = 0;       // handed out
  std::uint64_t acknowledged = 0;  // records whose acknowledgement the brokers have taken
  std::uint64_t fetches = 0;       // answers of brokers to fetches
  std::uint64_t bytes = 0;         // received by them
};

// Reads records of a share group (KIP-932): its members are handed different records of the same partitions, like
// workers at a queue. The broker locks what it hands out for a time; a record that nobody accepts or rejects until then
// is handed out again. Any thread may call, except that poll() is for one at a time. Move-only: on one that was
// moved from every call fails with Cause::wrong_state, and what has no result does nothing. A share consumer that goes
// away is closed without waiting.
class MILLRACE_API ShareConsumer {
 public:
  // Of one partition: the records acknowledged, and whether the broker has taken that.
  using AcknowledgementCallback =
      std::function<void(const TopicPartition& partition, const std::vector<std::int64_t>& offsets, const Status&)>;
  using CommitResults = std::map<TopicPartition, Status>;

  // Checks the settings and starts; connects with the first call that needs it. Cause::invalid_config names the
  // setting.
  static Result<ShareConsumer> create(const ShareConsumerConfig& config, const Loop* loop = nullptr);
  ShareConsumer(ShareConsumer&&) noexcept;
  ShareConsumer& operator=(ShareConsumer&&) noexcept;
  ~ShareConsumer();

  // Takes part in the group with these topics instead of those before, from the next poll on. No topics: unsubscribe().
  // Cause::invalid_argument for an empty name.
  Status subscribe(std::vector<std::string> topics);
  // Leaves the group; records that were handed out and not acknowledged go to others.
  Status unsubscribe();
  // The topics of the subscription.
  Result<std::vector<std::string>> subscription();

  // The next records, each with its delivery_count: as soon as there are any, none when `timeout` (from 0 ms) is over.
  // Accepts what the poll before it has brought, or sends what was acknowledged. Cause::wrong_state while another poll
  // is under way, in a callback of the client, without a subscription, and, with explicit acknowledgement, before every
  // record of the last poll was acknowledged.
  Result<ConsumerRecords> poll(std::chrono::milliseconds timeout);
  // The same as a future: then(), or co_await.
  Future<ConsumerRecords> poll_async(std::chrono::milliseconds timeout);

  // Ends the poll that waits, or the next one if none does, with Cause::cancelled; nothing is lost by it.
  void wakeup();

  // Says what became of a record that poll() has handed out; sent by the next poll, commit or close. The last word
  // before that counts. Cause::wrong_state without explicit acknowledgement, or if the record is not with this program.
  Status acknowledge(const ConsumerRecord& record, AcknowledgeType type = AcknowledgeType::accept);
  Status acknowledge(const TopicPartition& partition, std::int64_t offset,
                     AcknowledgeType type = AcknowledgeType::accept);
  // Sends all that was acknowledged (accepts all that the last poll has brought, without explicit acknowledgement):
  // what the brokers say of each partition. get() waits, then() hears of it, dropping the future does neither.
  // INVALID_RECORD_STATE: the lock was over; SHARE_SESSION_NOT_FOUND and network failures: the records go to others.
  Future<CommitResults> commit();
  // Hears what became of acknowledgements, however they were sent; called on the client's own thread, where nothing may
  // wait; what it throws is told by a line of the log. Null: nobody hears.
  void on_acknowledged(AcknowledgementCallback callback);
  // How long the brokers keep records for this program; none before the first records.
  Result<std::optional<std::chrono::milliseconds>> acquisition_lock_timeout();

  // What it has done so far.
  Result<ShareConsumerStatistics> statistics();
  // By which id the brokers tell this client's pushed metrics from others'; as Consumer::client_instance_id().
  Future<std::string> client_instance_id();

  // Sends what commit() would, leaves the group, then ends: every later call is Cause::closed. What was not
  // acknowledged goes to others. What could not be done within `timeout` is told; the consumer is closed all the same.
  Status close(std::chrono::milliseconds timeout = std::chrono::seconds(30));

 private:
  class State;
  explicit ShareConsumer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace millrace::client
