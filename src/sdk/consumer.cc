#include "sdk/consumer_state.h"

#include "client/arguments.h"
#include "client/partition_list.h"
#include "client/settings.h"
#include "sdk/connection.h"

namespace millrace::client {
namespace {

using Keys = std::vector<TopicPartition>;

std::map<TopicPartition, std::int64_t> all_at(const Keys& keys, std::int64_t time) {
  std::map<TopicPartition, std::int64_t> times;
  for (const auto& key : keys) times.emplace(key, time);
  return times;
}

}  // namespace

void ConsumerInterceptor::on_records(const ConsumerRecords&) {}
void ConsumerInterceptor::on_commit(const Offsets&, const Status&) {}

void RebalanceListener::on_assigned(const Keys&) {}
void RebalanceListener::on_revoked(const Keys&) {}
void RebalanceListener::on_lost(const Keys& partitions) { on_revoked(partitions); }

Result<Consumer> Consumer::create(const ConsumerConfig& config, const Loop* loop) {
  auto settings = Settings::read(config::Scope::consumer, config);
  if (!settings) return settings.error();
  auto cluster = connection_options(*settings, config);
  if (!cluster) return cluster.error();
  auto options = consumer_options(*settings);
  if (!options) return options.error();
  if (Status usable = no_null(config.interceptors()); !usable) return usable.error();
  cluster->allow_topic_creation = settings->flag("allow.auto.create.topics");
  auto host = host_for(loop);
  if (!host) return host.error();
  return Consumer(
      handle_to(std::make_shared<State>(*std::move(host), *options, *std::move(cluster), config.interceptors())));
}

Consumer::Consumer(std::shared_ptr<State> state) : state_(std::move(state)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

Status Consumer::assign(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.assign(keys); });
}
Status Consumer::subscribe(std::vector<std::string> topics, std::shared_ptr<RebalanceListener> listener) {
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [topics = std::move(topics)](ConsumerCore& core, bool listening) {
      return core.subscribe(topics, listening);
    });
  });
}
Status Consumer::subscribe_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener) {
  if (expression.empty()) {
    return local_error(Cause::invalid_argument, "subscribe_pattern() got no expression; it would match no topic");
  }
  std::string why;
  auto pattern = ::millrace::Pattern::compile(expression, &why);
  if (!pattern) {
    return local_error(Cause::invalid_argument,
                       "subscribe_pattern() got \"" + expression + "\", which is no expression of RE2: " + why);
  }
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [pattern = *std::move(pattern)](ConsumerCore& core, bool listening) {
      return core.subscribe(pattern, listening);
    });
  });
}
Status Consumer::subscribe_server_pattern(const std::string& expression, std::shared_ptr<RebalanceListener> listener) {
  return with(state_, [&](State& own) {
    return own.subscribe(std::move(listener), [expression](ConsumerCore& core, bool listening) {
      return core.subscribe_regex(expression, listening);
    });
  });
}
Status Consumer::unsubscribe() {
  return with(state_, [](State& own) { return own.unsubscribe(); });
}
Result<std::vector<std::string>> Consumer::subscription() {
  using Names = std::vector<std::string>;
  return now<Names>(state_, [](ConsumerCore& core) -> Result<Names> { return core.subscribed_topics(); });
}
Result<Keys> Consumer::assignment() {
  return now<Keys>(state_, [](ConsumerCore& core) -> Result<Keys> { return core.assignment(); });
}

Result<ConsumerRecords> Consumer::poll(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll(timeout); });
}
Future<ConsumerRecords> Consumer::poll_async(std::chrono::milliseconds timeout) {
  return with(state_, [&](State& own) { return own.poll_async(timeout); });
}

Status Consumer::enforce_rebalance(std::string reason) {
  return now<void>(state_, [reason = std::move(reason)](ConsumerCore& core) mutable {
    return core.enforce_rebalance(std::move(reason));
  });
}

void Consumer::wakeup() {
  if (state_) state_->wakeup();
}

Status Consumer::seek(const TopicPartition& partition, std::int64_t offset, std::optional<std::int32_t> leader_epoch) {
  return now<void>(state_, [partition, offset, leader_epoch](ConsumerCore& core) {
    return core.seek(partition, offset, leader_epoch);
  });
}
Status Consumer::seek_to_beginning(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) {
    return core.seek_to_time(keys, kEarliestTime);
  });
}
Status Consumer::seek_to_end(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) {
    return core.seek_to_time(keys, kLatestTime);
  });
}
Status Consumer::pause(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.pause(keys, true); });
}
Status Consumer::resume(Keys partitions) {
  return now<void>(state_, [keys = std::move(partitions)](ConsumerCore& core) { return core.pause(keys, false); });
}
Result<Keys> Consumer::paused() {
  return now<Keys>(state_, [](ConsumerCore& core) -> Result<Keys> { return core.paused(); });
}

Future<std::int64_t> Consumer::position(const TopicPartition& partition) {
  return later<std::int64_t>(state_, [partition](ConsumerCore& core, Millis patience, auto done) {
    core.position(partition, patience, std::move(done));
  });
}
Result<std::optional<std::int64_t>> Consumer::lag(const TopicPartition& partition) {
  using Lag = std::optional<std::int64_t>;
  return now<Lag>(state_, [partition](ConsumerCore& core) -> Result<Lag> { return core.lag(partition); });
}

Future<Offsets> Consumer::committed(Keys partitions) {
  return later<Offsets>(state_, [keys = std::move(partitions)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.committed(std::move(keys), patience, std::move(done));
  });
}
Result<ConsumerGroupMetadata> Consumer::group_metadata() {
  return now<ConsumerGroupMetadata>(state_, [](ConsumerCore& core) -> Result<ConsumerGroupMetadata> {
    auto who = core.member();
    if (!who) return who.error();
    return ConsumerGroupMetadata{who->group_id, who->generation, who->member_id, who->instance_id};
  });
}
Future<void> Consumer::commit() {
  return later<void>(state_, [](ConsumerCore& core, Millis patience, auto done) {
    core.commit(std::nullopt, patience, std::move(done));
  });
}
Future<void> Consumer::commit(Offsets offsets) {
  return later<void>(state_, [offsets = std::move(offsets)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.commit(std::move(offsets), patience, std::move(done));
  });
}

Future<std::map<TopicPartition, OffsetAndTimestamp>> Consumer::offsets_for_times(
    std::map<TopicPartition, std::int64_t> times) {
  using Found = std::map<TopicPartition, OffsetAndTimestamp>;
  if (Status usable = check_times("offsets_for_times()", times); !usable) return failed<Found>(usable.error());
  return later<Found>(state_, [times = std::move(times)](ConsumerCore& core, Millis patience, auto done) mutable {
    core.find(std::move(times), patience, [done = std::move(done)](Result<FoundOffsets> found) mutable {
      if (!found) return done(found.error());
      Found result;
      for (const auto& [key, at] : *found) {
        if (at.offset >= 0) result.emplace(key, OffsetAndTimestamp{at.offset, at.timestamp_ms, at.leader_epoch});
      }
      done(std::move(result));
    });
  });
}

namespace {

using Ends = std::map<TopicPartition, std::int64_t>;

// The ends of partitions, at one of the special times.
template <typename State>
Future<Ends> ends_at(const std::shared_ptr<State>& state, const char* call, Keys keys, std::int64_t time) {
  for (const auto& key : keys) {
    if (Status usable = check_partition(call, key); !usable) return failed<Ends>(usable.error());
  }
  return later<Ends>(state, [keys = std::move(keys), time](ConsumerCore& core, Millis patience, auto done) {
    core.find(all_at(keys, time), patience, [done = std::move(done)](Result<FoundOffsets> found) mutable {
      if (!found) return done(found.error());
      std::map<TopicPartition, std::int64_t> result;
      for (const auto& [key, at] : *found) result.emplace(key, at.offset);
      done(std::move(result));
    });
  });
}

}  // namespace

Future<Ends> Consumer::beginning_offsets(Keys partitions) {
  return ends_at(state_, "beginning_offsets()", std::move(partitions), kEarliestTime);
}
Future<Ends> Consumer::end_offsets(Keys partitions) {
  return ends_at(state_, "end_offsets()", std::move(partitions), kLatestTime);
}

Future<PartitionList> Consumer::partitions_for(std::string topic) {
  return later<PartitionList>(state_, [topic = std::move(topic)](ConsumerCore& core, Millis patience, auto done) {
    list_partitions(core.cluster(), topic, false, patience, std::move(done));
  });
}
Future<TopicPartitionLists> Consumer::list_topics() {
  return later<TopicPartitionLists>(state_, [](ConsumerCore& core, Millis patience, auto done) {
    list_all_partitions(core.cluster(), patience, std::move(done));
  });
}
Future<std::string> Consumer::client_instance_id() {
  return later<std::string>(state_, [](ConsumerCore& core, Millis patience, auto done) {
    instance_id(core.reporter(), patience, std::move(done));
  });
}

Result<ConsumerStatistics> Consumer::statistics() {
  return now<ConsumerStatistics>(state_, [](ConsumerCore& core) -> Result<ConsumerStatistics> {
    const auto seen = core.statistics();
    return ConsumerStatistics{seen.records, seen.commits, seen.fetches, seen.bytes};
  });
}

Status Consumer::close(std::chrono::milliseconds timeout, GroupExit exit) {
  return with(state_, [&](State& own) { return own.close(timeout, exit); });
}

}  // namespace millrace::client
