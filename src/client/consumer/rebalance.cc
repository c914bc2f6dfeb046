#include <algorithm>
#include <set>
#include <utility>

#include "client/arguments.h"
#include "client/consumer/classic_membership.h"
#include "client/consumer/consumer.h"
#include "client/consumer/epoch_membership.h"
#include "client/errors.h"
#include "client/limits.h"

// Subscriptions: what the group gives to this member and takes away, told to the program by its polls.
namespace millrace::client {

using Keys = std::vector<TopicPartition>;

Status ConsumerCore::may_subscribe() const {
  if (!options_.group_id) return no_group("subscribe()");
  if (!group_ && !partitions_.all().empty()) {
    return local_error(Cause::wrong_state, "subscribe() beside assign(); unsubscribe() first");
  }
  return {};
}

Status ConsumerCore::subscribe(std::vector<std::string> topics, bool listening) {
  if (Status may = may_subscribe(); !may) return may;
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
  forget_topics();
  subscribed_ = std::move(topics);
  begin_subscription(listening);
  return {};
}

Status ConsumerCore::subscribe(::millrace::Pattern pattern, bool listening) {
  if (Status may = may_subscribe(); !may) return may;
  cluster_.track_all(true);
  forget_topics();
  pattern_ = std::move(pattern);
  subscribed_ = matching();
  begin_subscription(listening);
  return {};
}

Status ConsumerCore::subscribe_regex(std::string expression, bool listening) {
  if (Status may = may_subscribe(); !may) return may;
  if (options_.protocol == GroupProtocol::classic) {
    return local_error(Cause::wrong_state, "brokers resolve patterns for group.protocol=consumer only; set it, or use "
                                           "subscribe_pattern()");
  }
  if (expression.empty()) return local_error(Cause::invalid_argument, "subscribe_server_pattern() got no expression");
  forget_topics();
  regex_ = std::move(expression);
  begin_subscription(listening);
  return {};
}

void ConsumerCore::begin_subscription(bool listening) {
  listening_ = listening;
  if (!group_) {
    auto& owner = static_cast<MembershipOwner&>(*this);
    if (options_.protocol == GroupProtocol::classic) {
      group_ = std::make_unique<ClassicMembership>(cluster_, options_, owner);
    } else {
      group_ = std::make_unique<EpochMembership>(cluster_, options_, owner, send_consumer_beat);
    }
    group_->polled(polling_.has_value());
  }
  group_->want_join("the subscription has changed");
}

void ConsumerCore::forget_topics() {
  if (pattern_) {
    pattern_.reset();
    cluster_.track_all(false);
  } else {
    for (const auto& topic : subscribed_) cluster_.untrack(topic);
  }
  subscribed_.clear();
  refused_.clear();
  regex_.reset();
}

Status ConsumerCore::enforce_rebalance(std::string reason) {
  if (!group_) return local_error(Cause::wrong_state, "enforce_rebalance() without a subscription; subscribe first");
  if (options_.protocol != GroupProtocol::classic) {
    return local_error(Cause::wrong_state, "with group.protocol=consumer the brokers share out the partitions; members "
                                           "cannot ask for it");
  }
  reason.resize(std::min(reason.size(), kReasonBytes));
  group_->want_join(reason.empty() ? "the program has asked for it" : std::move(reason));
  if (polling_) group_->drive(shard_.clock.now());
  return {};
}

void ConsumerCore::unsubscribe() {
  if (group_) group_->leave("the consumer has unsubscribed", GroupExit::usual, options_.request_timeout, [](Status) {});
  group_.reset();
  drop_changes();
  forget_topics();
  for (const auto& key : partitions_.keys()) remove(key);
}

std::vector<std::string> ConsumerCore::subscribed_topics() const { return subscribed_; }

// The topics that the pattern takes now.
std::vector<std::string> ConsumerCore::matching() const {
  std::vector<std::string> topics;
  for (const auto& [name, topic] : cluster_.view()->topics) {
    if (topic->internal && options_.exclude_internal) continue;
    if (topic->error == protocol::Errc::none && pattern_->matches(name)) topics.push_back(name);
  }
  return topics;
}

// Topics of the subscription that will not come by themselves: each is told once.
void ConsumerCore::tell_refused_topics() {
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

void ConsumerCore::follow_view() {
  if (!group_) return;
  if (!pattern_) tell_refused_topics();
  if (pattern_) {
    auto topics = matching();
    if (topics != subscribed_) {
      subscribed_ = std::move(topics);
      group_->want_join("other topics match the subscription");
    }
  }
  group_->on_view();
  if (polling_) group_->drive(shard_.clock.now());
}

// What is under way would give or take partitions by an assignment that counts no more.
void ConsumerCore::drop_changes() {
  ++tenure_;
  events_.clear();
  event_told_ = false;
  to_adopt_.reset();
  adopting_ = false;
  join_after_.reset();
}

void ConsumerCore::prepare_join(bool lost, Callback<void()> ready) {
  // Partitions that were never adopted are not told to the leader as owned, and it may give them to others.
  to_adopt_.reset();
  if (lost) {
    drop_changes();
    Keys keys = partitions_.keys();
    for (const auto& key : keys) partitions_.find(key)->revoking = true;
    auto drop = [this, keys, ready = std::move(ready)]() mutable {
      for (const auto& key : keys) remove(key);
      ready();
    };
    if (keys.empty()) return drop();
    shard_.faults.reach(ports::Probe::client_partitions_lost);
    return tell({RebalanceEvent::Kind::lost, std::move(keys)}, std::move(drop));
  }
  if (adopting_) {
    join_after_ = std::move(ready);
    return;
  }
  Keys given_up;
  for (const auto& [key, partition] : partitions_.all()) {
    const bool wanted = std::ranges::binary_search(subscribed_, key.topic);
    if (!group_->cooperative() || !wanted) given_up.push_back(key);
  }
  revoke(std::move(given_up), std::move(ready));
}

// Commits what was processed, tells the program, and stops reading.
void ConsumerCore::revoke(Keys keys, Callback<void()> then) {
  if (keys.empty()) return then();
  shard_.faults.reach(ports::Probe::client_partitions_revoked);
  Offsets processed;
  for (const auto& key : keys) partitions_.find(key)->revoking = true;
  for (const auto& [key, position] : positions()) {
    if (std::ranges::find(keys, key) != keys.end()) processed.emplace(key, position);
  }
  auto next = alive_.guard([this, tenure = tenure_, keys, then = std::move(then)](Status) mutable {
    if (tenure != tenure_) return;
    tell({RebalanceEvent::Kind::revoked, keys}, [this, keys, then = std::move(then)]() mutable {
      for (const auto& key : keys) remove(key);
      then();
    });
  });
  if (!options_.auto_commit || processed.empty()) return next(Status());
  commit(std::move(processed), options_.request_timeout, std::move(next));
}

void ConsumerCore::on_assigned(Keys partitions) {
  to_adopt_ = std::move(partitions);
  if (polling_) adopt_assignment();
}

// Only while the program polls: it works on no records of what is taken away then.
void ConsumerCore::adopt_assignment() {
  const Keys fresh = *std::exchange(to_adopt_, std::nullopt);
  const std::set<TopicPartition> now(fresh.begin(), fresh.end());
  Keys gone;
  Keys added;
  for (const auto& key : partitions_.keys()) {
    if (!now.contains(key)) gone.push_back(key);
  }
  for (const auto& key : now) {
    if (!partitions_.find(key)) added.push_back(key);
  }
  const bool gave_up = !gone.empty();
  adopting_ = true;
  revoke(std::move(gone), [this, gave_up, added, tenure = tenure_]() mutable {
    if (tenure != tenure_) return;
    for (const auto& key : added) add(key);
    next_auto_commit_ = shard_.clock.now() + options_.auto_commit_interval;
    tell({RebalanceEvent::Kind::assigned, added}, [this, gave_up, tenure] {
      if (tenure != tenure_) return;
      adopting_ = false;
      positions_changed();
      if (tenure != tenure_) return;
      if (join_after_) return prepare_join(false, *std::exchange(join_after_, std::nullopt));
      group_->adopted(gave_up);
    });
  });
}

void ConsumerCore::on_group_failed(Error why) {
  failures_.push_back(std::move(why));
  answer_poll();
}

void ConsumerCore::tell(RebalanceEvent event, Callback<void()> then) {
  events_.push_back({std::move(event), std::move(then)});
  answer_poll();
}

// Whether an event stands before any records.
bool ConsumerCore::serve_events() {
  if (to_adopt_ && events_.empty()) adopt_assignment();
  if (events_.empty() || !polling_) return !polling_;
  if (event_told_) return true;
  event_told_ = true;
  if (listening_) {
    Polled polled;
    polled.event = events_.front().told;
    finish_poll(std::move(polled));
  } else {
    event_done();
  }
  return true;
}

void ConsumerCore::event_done() {
  if (!event_told_ || events_.empty()) return;
  event_told_ = false;
  auto done = std::move(events_.front().done);
  events_.pop_front();
  done();
  if (closed_) return;
  answer_poll();
}

}  // namespace millrace::client
