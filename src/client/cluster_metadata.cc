#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/arguments.h"
#include "client/cluster.h"

// What is known of the cluster, and when to ask again.
namespace millrace::client {

using protocol::MetadataRequest;
using protocol::MetadataResponse;

void Cluster::track(const std::string& topic) {
  if (tracked_[topic]++ == 0 && view_->topic(topic) == nullptr) request_metadata();
}

void Cluster::untrack(const std::string& topic) {
  const auto at = tracked_.find(topic);
  if (at != tracked_.end() && --at->second == 0) tracked_.erase(at);
}

void Cluster::track_all(bool all) {
  track_all_ += all ? 1u : ~0u;
  if (all && track_all_ == 1) request_metadata();
}

void Cluster::refresh() { request_metadata(); }

void Cluster::when_refreshed(Millis timeout, Callback<void(Status)> done) {
  const MonoTime now = shard_.clock.now();
  if (closed_) {
    shard_.timers.at(now, [done = std::move(done)]() mutable {
      done(local_error(Cause::closed, "the client was closed"));
    });
    return;
  }
  Waiter waiter{++next_id_, asked_ + 1, {}, std::move(done)};
  waiter.timer = shard_.timers.at(now + timeout, [this, id = waiter.id, timeout] {
    const auto at = std::ranges::find(waiters_, id, &Waiter::id);
    if (at == waiters_.end()) return;
    auto expired = std::move(at->done);
    waiters_.erase(at);
    const std::string why = last_metadata_failure_.empty() ? failures() : last_metadata_failure_;
    expired(local_error(Cause::timed_out, fmt::format("no metadata within {} ms: {}", timeout.value(), why)));
  });
  waiters_.push_back(std::move(waiter));
  request_metadata();
}

void Cluster::find_topic(const std::string& topic, Millis timeout, Callback<void(Result<TopicPtr>)> done,
                         bool cached) {
  const MonoTime deadline = shard_.clock.now() + timeout;
  if (Status usable = check_topic("a call about a topic", topic); !usable) {
    shard_.timers.at(shard_.clock.now(), [why = usable.error(), done = std::move(done)]() mutable { done(why); });
    return;
  }
  const auto known = view_->topics.find(topic);
  if (cached && known != view_->topics.end() && known->second->error == protocol::Errc::none) {
    shard_.timers.at(shard_.clock.now(), [found = known->second, done = std::move(done)]() mutable { done(found); });
    return;
  }
  track(topic);
  when_refreshed(timeout, [this, watch = alive_.watch(), topic, deadline, done = std::move(done)](
                              Status status) mutable {
    if (watch.expired()) return done(local_error(Cause::closed, "the client was closed"));
    const auto found = view_->topics.find(topic);
    const TopicPtr now = found == view_->topics.end() ? nullptr : found->second;
    untrack(topic);
    if (now && now->error == protocol::Errc::none) return done(now);
    const auto error = now ? now->error : protocol::Errc::unknown_topic_or_partition;
    const bool waits = status.ok() && protocol::retriable(error) && shard_.clock.now() < deadline;
    if (waits) {
      const Millis left((deadline - shard_.clock.now()) / 1'000'000 + 1);
      return find_topic(topic, left, std::move(done), false);
    }
    if (!status.ok() && !now) return done(status.error());
    done(broker_error(error, "finding topic " + topic));
  });
}

Cluster::Subscription Cluster::subscribe(Callback<void(const ClusterViewPtr&)> changed) {
  auto held = std::make_shared<Callback<void(const ClusterViewPtr&)>>(std::move(changed));
  std::erase_if(subscribers_, [](const auto& subscriber) { return subscriber.expired(); });
  subscribers_.push_back(held);
  return held;
}

Cluster::Subscription Cluster::when_refused(Callback<void(const Error&)> refused) {
  auto held = std::make_shared<Callback<void(const Error&)>>(std::move(refused));
  refusal_subscribers_.push_back(held);
  return held;
}

void Cluster::learn(const std::vector<LeaderHint>& hints, const std::vector<BrokerView>& brokers) {
  const bool news = std::ranges::any_of(hints, [&](const LeaderHint& hint) {
    const PartitionView* known = view_->partition(hint.topic, hint.partition);
    return known != nullptr && known->epoch < hint.epoch;
  });
  if (news) adopt(merge(*view_, hints, brokers));
}

void Cluster::meet(const std::vector<BrokerView>& nodes) {
  if (!closed_) adopt(merge(*view_, {}, nodes));
}

void Cluster::request_metadata() {
  if (closed_) return;
  metadata_wanted_ = true;
  if (metadata_in_flight_) return;
  shard_.timers.cancel(std::exchange(metadata_timer_, {}));
  metadata_timer_ = shard_.timers.at(std::max(not_before_, shard_.clock.now()), [this] {
    metadata_timer_ = {};
    send_metadata();
  });
}

void Cluster::send_metadata() {
  const MonoTime now = shard_.clock.now();
  if (!trying_since_) trying_since_ = now;
  if (options_.rebootstrap && !bootstrapping_ && now >= *trying_since_ + options_.rebootstrap_after) {
    rebootstrap("no metadata for longer than metadata.recovery.rebootstrap.trigger.ms (KIP-1102)");
  }
  metadata_in_flight_ = true;
  metadata_wanted_ = false;
  ++asked_;
  asked_for_all_ = track_all_ > 0;
  asked_for_.clear();
  for (const auto& [topic, count] : tracked_) asked_for_.insert(topic);
  const auto make = [this](std::int16_t version) {
    MetadataRequest request;
    request.allow_auto_topic_creation = options_.allow_topic_creation;
    if (asked_for_all_) {
      if (version >= 1) request.topics.reset();
      return request;
    }
    for (const std::string& topic : asked_for_) {
      MetadataRequest::MetadataRequestTopic wanted;
      wanted.name = topic;
      request.topics->push_back(wanted);
    }
    return request;
  };
  VersionRange versions = stable_versions(MetadataRequest::kApi);
  versions.min = 1;  // version 0 cannot ask for no topic at all
  if (options_.allow_topic_creation) versions.min = 4;
  send_made<MetadataResponse, MetadataRequest>(
      Target::any(), make, options_.request_timeout,
      alive_.guard([this](Result<Answer<MetadataResponse>> answer) { take_metadata(std::move(answer)); }), versions);
}

void Cluster::take_metadata(Result<Answer<MetadataResponse>> answer) {
  metadata_in_flight_ = false;
  if (closed_) return;
  if (answer && answer->body.error_code != 0) {
    const auto code = protocol::from_wire(answer->body.error_code);
    answer = broker_error(code, "asking for metadata");
    if (code == protocol::Errc::rebootstrap_required && options_.rebootstrap) rebootstrap("a broker asks for it");
  }
  if (answer && answer->body.brokers.empty()) {
    answer = local_error(Cause::network, "a broker answered that the cluster has no brokers; it is starting or alone");
  }
  if (!answer) {
    last_metadata_failure_ = answer.error().message;
    not_before_ = shard_.clock.now() + metadata_backoff_.next(shard_.random);
    metadata_wanted_ = true;
    return request_metadata();
  }
  last_metadata_failure_.clear();
  trying_since_.reset();
  bootstrapping_ = false;
  std::set<std::string, std::less<>> kept;
  for (const auto& [topic, count] : tracked_) {
    if (!asked_for_.contains(topic)) kept.insert(topic);
  }
  adopt(merge(*view_, answer->body, asked_for_all_ ? nullptr : &kept));
  if (closed_) return;
  if (!unsettled(*view_)) metadata_backoff_.reset();
  not_before_ = shard_.clock.now() + metadata_backoff_.next(shard_.random);
  settle_waiters();
  if (closed_) return;
  const bool missing =
      std::ranges::any_of(tracked_, [&](const auto& entry) { return !asked_for_.contains(entry.first); });
  if (metadata_wanted_ || unsettled(*view_) || (missing && !asked_for_all_)) return request_metadata();
  schedule_metadata(options_.metadata_max_age);
}

void Cluster::schedule_metadata(Millis wait) {
  shard_.timers.cancel(metadata_timer_);
  metadata_timer_ = shard_.timers.at(shard_.clock.now() + wait, [this] {
    metadata_timer_ = {};
    send_metadata();
  });
}

void Cluster::adopt(ClusterViewPtr view) {
  view_ = std::move(view);
  drop_departed();
  for (const auto& [id, broker] : view_->brokers) {
    for (const Lane lane : {Lane::data, Lane::coordination}) {
      const auto at = peers_.find({id, lane});
      if (at != peers_.end()) at->second->move_to(broker.endpoint);
    }
  }
  const auto subscribers = subscribers_;
  for (const auto& subscriber : subscribers) {
    if (const auto held = subscriber.lock()) (*held)(view_);
  }
}

// Peers of brokers that are gone, and bootstrap servers that are no longer needed. They are destroyed in a later
// turn, since one of them may be calling now.
void Cluster::drop_departed() {
  for (auto at = peers_.begin(); at != peers_.end();) {
    const NodeId id = at->first.first;
    const bool spare = id.value() < 0 && !bootstrapping_ && at->second->load() == 0;
    const bool gone = id.value() >= 0 && !view_->brokers.contains(id);
    if (!spare && !gone) {
      ++at;
      continue;
    }
    departed_.push_back(std::move(at->second));
    at = peers_.erase(at);
  }
  if (departed_.empty()) return;
  shard_.timers.at(shard_.clock.now(), alive_.guard([this] { departed_.clear(); }));
}

void Cluster::settle_waiters() {
  std::vector<Waiter> settled;
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    if (at->after > asked_) {
      ++at;
      continue;
    }
    settled.push_back(std::move(*at));
    at = waiters_.erase(at);
  }
  if (!waiters_.empty()) metadata_wanted_ = true;
  for (Waiter& waiter : settled) {
    shard_.timers.cancel(waiter.timer);
    waiter.done({});
  }
}

}  // namespace millrace::client
