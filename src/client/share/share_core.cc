#include "client/share/share_core.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "client/arguments.h"
#include "client/errors.h"

namespace millrace::client {
namespace {

std::string text(const TopicPartition& key) { return key.topic + "-" + std::to_string(key.partition); }

constexpr auto kReject = static_cast<std::int8_t>(AcknowledgeType::reject);

}  // namespace

ShareCore::ShareCore(ports::Shard& shard, ClusterOptions cluster, ShareOptions options)
    : shard_(shard), options_(std::move(options)), cluster_(shard, std::move(cluster)) {
  subscription_ = cluster_.subscribe(alive_.guard([this](const ClusterViewPtr&) {
    tell_refused_topics();
    if (group_) group_->on_view();
    pump();
  }));
  refusals_ = cluster_.when_refused(alive_.guard([this](const Error& why) {
    if (failures_.empty()) failures_.push_back(why);
    answer_poll();
  }));
  if (cluster_.options().push_metrics) {
    reporter_ = std::make_unique<Reporter>(cluster_, [this] { return metrics(); });
  }
}

// What Kafka's share consumers call them in the names of KIP-714.
std::vector<Metric> ShareCore::metrics() const {
  const std::string prefix = "org.apache.kafka.consumer.share.fetch.manager.";
  const auto total = [&](const char* name, std::uint64_t value) {
    return Metric{prefix + name, static_cast<std::int64_t>(value), true};
  };
  return {total("records.consumed.total", statistics_.records), total("bytes.consumed.total", statistics_.bytes),
          total("fetch.total", statistics_.fetches), total("acknowledgements.send.total", statistics_.acknowledged)};
}

ShareCore::~ShareCore() {
  shard_.timers.cancel(poll_timer_);
  shard_.timers.cancel(timer_);
}

Status ShareCore::subscribe(std::vector<std::string> topics) {
  for (const auto& topic : topics) {
    if (Status usable = check_topic("subscribe()", topic); !usable) return usable;
  }
  if (topics.empty()) {
    unsubscribe();
    return {};
  }
  std::ranges::sort(topics);
  topics.erase(std::ranges::unique(topics).begin(), topics.end());
  for (const auto& topic : topics) cluster_.track(topic);
  for (const auto& topic : subscribed_) cluster_.untrack(topic);
  subscribed_ = std::move(topics);
  refused_.clear();
  if (!group_) {
    group_ = std::make_unique<EpochMembership>(cluster_, options_.consumer, static_cast<MembershipOwner&>(*this),
                                               send_share_beat);
    group_->polled(polling_.has_value());
    member_id_ = group_->member_id();
  }
  group_->want_join("the subscription has changed");
  return {};
}

// Topics of the subscription that will not come by themselves: each is told once.
void ShareCore::tell_refused_topics() {
  bool news = false;
  for (const auto& name : subscribed_) {
    const TopicView* topic = cluster_.view()->topic(name);
    if (topic == nullptr || protocol::retriable(topic->error)) continue;
    if (topic->error == protocol::Errc::none) {
      refused_.erase(name);
    } else if (refused_.insert(name).second) {
      failures_.push_back(broker_error(topic->error, "subscribing to topic " + name));
      news = true;
    }
  }
  if (news) answer_poll();
}

void ShareCore::unsubscribe() {
  if (group_) group_->leave("unsubscribed", GroupExit::usual, options_.consumer.request_timeout, [](Status) {});
  group_.reset();
  for (const auto& topic : subscribed_) cluster_.untrack(topic);
  subscribed_.clear();
  settle_handed();
  end_sessions();
}

// What was not acknowledged is released by the brokers with the end of their sessions.
void ShareCore::end_sessions() {
  assigned_.clear();
  batches_.clear();
  handed_.clear();
  for (auto& [node, broker] : brokers_) broker.ending = true;
  pump();
}

void ShareCore::prepare_join(bool, Callback<void()> ready) {
  assigned_.clear();
  ready();
}

void ShareCore::on_assigned(std::vector<TopicPartition> partitions) {
  assigned_ = std::move(partitions);
  group_->adopted(false);
  pump();
}

void ShareCore::on_group_failed(Error why) {
  failures_.push_back(std::move(why));
  answer_poll();
}

void ShareCore::poll(Millis timeout, Callback<void(Result<ConsumerRecords>)> done) {
  std::optional<Error> why;
  if (closed_) {
    why = local_error(Cause::closed, "the consumer was closed");
  } else if (polling_) {
    why = local_error(Cause::wrong_state, "another poll of this consumer is under way");
  } else if (!group_) {
    why = local_error(Cause::wrong_state, "poll() without a subscription; subscribe() first");
  } else if (options_.acknowledges_itself && !all_acknowledged()) {
    why = local_error(Cause::wrong_state, "records of the last poll are not acknowledged; acknowledge() each of them");
  }
  if (why) return shard_.timers.at_turn_end([why, done = std::move(done)]() mutable { done(*why); });
  const MonoTime now = shard_.clock.now();
  settle_handed();
  polling_ = std::move(done);
  group_->polled(true);
  group_->drive(now);
  poll_timer_ = shard_.timers.at(now + timeout, [this] {
    poll_timer_ = ports::TimerId(0);
    if (auto nobody = cluster_.out_of_reach(options_.consumer.api_timeout)) return finish_poll(*std::move(nobody));
    finish_poll(ConsumerRecords{});
  });
  shard_.timers.at_turn_end(alive_.guard([this] {
    pump();
    answer_poll();
  }));
}

void ShareCore::wakeup() {
  woken_ = true;
  answer_poll();
}

void ShareCore::answer_poll() {
  if (!polling_ || closed_) return;
  if (std::exchange(woken_, false)) return finish_poll(local_error(Cause::cancelled, "wakeup() has ended the poll"));
  if (!failures_.empty()) {
    const Error failure = std::move(failures_.front());
    failures_.pop_front();
    return finish_poll(failure);
  }
  ConsumerRecords records;
  const MonoTime now = shard_.clock.now();
  for (; !batches_.empty(); batches_.pop_front()) {
    // What has waited for longer than its locks belongs to others by now.
    if (lock_timeout_ && now >= batches_.front().arrived + *lock_timeout_) continue;
    hand_out(batches_.front(), records);
  }
  if (!records.empty()) return finish_poll(std::move(records));
  if (!failures_.empty()) return answer_poll();
  pump();
}

void ShareCore::finish_poll(Result<ConsumerRecords> result) {
  if (!polling_) return;
  shard_.timers.cancel(std::exchange(poll_timer_, ports::TimerId(0)));
  auto done = *std::exchange(polling_, std::nullopt);
  if (group_) group_->polled(false);
  done(std::move(result));
}

// Those of the batch's records that were acquired for this member.
void ShareCore::hand_out(Batch& batch, ConsumerRecords& out) {
  auto& all = out.all();
  std::size_t kept = all.size();
  const std::size_t before = kept;
  const Status taken = batch.records.take(std::numeric_limits<std::size_t>::max(), out);
  const AssignedPtr& partition = batch.records.partition();
  Handed& handed = handed_[partition->key()];
  if (handed.node != batch.node || handed.key != batch.key) handed = {batch.node, batch.key, {}};
  auto range = batch.acquired.begin();
  for (std::size_t i = before; i < all.size(); ++i) {
    while (range != batch.acquired.end() && range->last_offset < all[i].offset) ++range;
    if (range == batch.acquired.end()) break;
    if (all[i].offset < range->first_offset) continue;
    all[i].delivery_count = range->delivery_count;
    handed.records.insert_or_assign(all[i].offset, Word{});
    all[kept++] = all[i];
  }
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
  statistics_.records += kept - before;
  put_unseen(batch, taken ? kGap : kReject);  // what cannot be read will not be by others
  if (handed.records.empty()) handed_.erase(partition->key());
  if (!taken) failures_.push_back(taken.error());
}

// Acquired offsets without a record: markers of transactions, what compaction has removed, damage.
void ShareCore::put_unseen(const Batch& batch, std::int8_t type) {
  const TopicPartition name = batch.records.partition()->key();
  const auto& seen = handed_.at(name).records;
  Acknowledgements unseen;
  for (const auto& range : batch.acquired) {
    std::int64_t next = range.first_offset;
    for (auto at = seen.lower_bound(next); at != seen.end() && at->first <= range.last_offset; ++at) {
      if (at->first > next) unseen.add_run(next, at->first - 1, type);
      next = at->first + 1;
    }
    if (next <= range.last_offset) unseen.add_run(next, range.last_offset, type);
  }
  if (!unseen.empty()) put(batch.node, batch.key, name, unseen);
}

bool ShareCore::all_acknowledged() const {
  return std::ranges::all_of(handed_, [](const auto& handed) {
    return std::ranges::all_of(handed.second.records,
                               [](const auto& one) { return one.second.said || one.second.renewed; });
  });
}

// What was said, or may be taken as said, is to be told to the brokers.
void ShareCore::settle_handed() {
  for (auto& [name, handed] : handed_) {
    Acknowledgements acks;
    for (auto& [offset, word] : handed.records) {
      if (!options_.acknowledges_itself) word.said = AcknowledgeType::accept;
      if (word.said) acks.add(offset, static_cast<std::int8_t>(*word.said));
      if (word.said == AcknowledgeType::renew) word = {std::nullopt, true};
    }
    std::erase_if(handed.records, [](const auto& one) { return one.second.said.has_value(); });
    if (!acks.empty()) put(handed.node, handed.key, name, acks);
  }
  std::erase_if(handed_, [](const auto& one) { return one.second.records.empty(); });
}

void ShareCore::put(NodeId node, const ShareKey& key, const TopicPartition& name, const Acknowledgements& acks) {
  PendingAcks& pending = brokers_[node].pending[key];
  pending.name = name;
  pending.what.add(acks);
}

Status ShareCore::acknowledge(const TopicPartition& partition, std::int64_t offset, AcknowledgeType type) {
  if (!options_.acknowledges_itself) {
    return local_error(Cause::wrong_state, "acknowledge() needs share.acknowledgement.mode=explicit");
  }
  const auto handed = handed_.find(partition);
  if (handed != handed_.end()) {
    const auto record = handed->second.records.find(offset);
    if (record != handed->second.records.end()) {
      record->second.said = type;
      return {};
    }
  }
  return local_error(Cause::wrong_state, "offset " + std::to_string(offset) + " of " + text(partition) +
                                             " is not with this program: no poll has brought it, or it was "
                                             "acknowledged and sent");
}

void ShareCore::commit(Callback<void(Result<Commits>)> done) {
  settle_handed();
  auto commit = std::make_shared<ShareCommit>(std::move(done));
  for (auto& [node, broker] : brokers_) {
    for (auto* acks : {&broker.pending, &broker.told}) {
      for (auto& [key, pending] : *acks) pending.commits.push_back(commit);
    }
  }
  pump();
  shard_.timers.at_turn_end([commit = std::move(commit)] {});  // never answered from inside of this call
}

void ShareCore::leave(Millis timeout, Callback<void(Status)> done) {
  struct Once {
    Callback<void(Status)> done;
    bool over = false;
    void end(Status status) {
      if (!std::exchange(over, true)) done(std::move(status));
    }
  };
  auto once = std::make_shared<Once>(Once{std::move(done)});
  const MonoTime deadline = shard_.clock.now() + timeout;
  shard_.timers.at(deadline, [once] {
    once->end(local_error(Cause::timed_out, "the consumer's last acknowledgements were not answered in time"));
  });
  commit(alive_.guard([this, once, deadline](Result<Commits> told) {
    Status status;
    for (const auto& [name, one] : *told) {
      if (status) status = one;
    }
    end_sessions();
    if (!group_) return once->end(std::move(status));
    const Millis left((deadline - shard_.clock.now()) / 1'000'000);
    group_->leave("closed", GroupExit::usual, std::max(left, Millis(1)),
                  [once, status = std::move(status)](Status gone) mutable {
                    once->end(status ? std::move(gone) : std::move(status));
                  });
  }));
}

void ShareCore::close() {
  if (closed_) return;
  closed_ = true;
  subscription_.reset();
  if (reporter_) reporter_->end();
  finish_poll(local_error(Cause::closed, "the consumer was closed"));
  group_.reset();
  cluster_.close();
}

}  // namespace millrace::client
