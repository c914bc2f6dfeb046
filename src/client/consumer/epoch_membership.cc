#include "client/consumer/epoch_membership.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "client/errors.h"

namespace millrace::client {

using protocol::Errc;

namespace {

constexpr Millis kFirstInterval{5'000};  // until the coordinator has said how often it wants to hear

}  // namespace

EpochMembership::EpochMembership(Cluster& cluster, const ConsumerOptions& options, MembershipOwner& owner,
                                 SendGroupBeat send)
    : cluster_(cluster),
      options_(options),
      owner_(owner),
      send_(send),
      member_id_(::millrace::Uuid::from_random(cluster.shard().random.next(), cluster.shard().random.next()).text()),
      interval_(kFirstInterval),
      backoff_(options.retry_backoff, options.retry_backoff_max) {}

EpochMembership::~EpochMembership() { cluster_.shard().timers.cancel(timer_); }

GroupIdentity EpochMembership::identity() const {
  if (!stable()) return {*options_.group_id, -1, "", std::nullopt};
  return {*options_.group_id, epoch_, member_id_, options_.instance_id};
}

void EpochMembership::want_join(std::string) { join_wanted_ = true; }

void EpochMembership::drive(MonoTime now) {
  if (cluster_.closed() || now < not_before_) return;
  if (state_ == State::member) {
    if (std::exchange(join_wanted_, false)) beat();
    return;
  }
  if (!join_wanted_ || state_ == State::preparing) return;
  state_ = State::preparing;
  join_wanted_ = false;
  owner_.prepare_join(std::exchange(lost_, false), alive_.guard([this] { join(); }));
}

void EpochMembership::polled(bool under_way) {
  polling_ = under_way;
  last_poll_ = cluster_.shard().clock.now();
}

void EpochMembership::join() {
  if (state_ != State::preparing) return;  // the program has unsubscribed meanwhile
  state_ = State::member;
  epoch_ = kJoiningEpoch;
  ++membership_;
  beating_ = again_ = false;
  told_ = {};
  beat();
}

void EpochMembership::beat_at(MonoTime when) {
  auto& timers = cluster_.shard().timers;
  timers.cancel(timer_);
  timer_ = timers.at(when, [this] {
    timer_ = ports::TimerId(0);
    beat();
  });
}

// All that the coordinator has not heard of yet. Who joins tells everything.
GroupBeat EpochMembership::next_beat() const {
  GroupBeat beat;
  beat.who = {*options_.group_id, epoch_, member_id_, options_.instance_id};
  beat.whole = epoch_ == kJoiningEpoch || !told_.whole;
  const auto regex = owner_.subscribed_regex();
  const auto topics = regex ? std::vector<std::string>() : owner_.subscribed_topics();
  const auto& owned = epoch_ == kJoiningEpoch ? PartitionsById() : owned_;
  if (beat.whole || told_.topics != topics) beat.topics = topics;
  if (beat.whole ? regex.has_value() : told_.regex.value_or("") != regex.value_or("")) beat.regex = regex.value_or("");
  if (beat.whole || told_.owned != owned) beat.owned = owned;
  return beat;
}

void EpochMembership::beat() {
  const MonoTime now = cluster_.shard().clock.now();
  if (state_ != State::member || cluster_.closed()) return;
  if (!polling_ && now >= last_poll_ + options_.max_poll_interval) {
    leave("the program has not polled for max.poll.interval.ms", GroupExit::usual, options_.request_timeout,
          [](Status) {});
    lost_ = true;
    return want_join("the program polls again");
  }
  if (beating_) {
    again_ = true;
    return;
  }
  beat_at(now + interval_);
  beating_ = true;
  again_ = false;
  GroupBeat told = next_beat();
  send_(cluster_, options_, told, options_.request_timeout,
        alive_.guard([this, membership = membership_, told](Result<GroupBeatAnswer> answer) mutable {
          if (membership == membership_) take_answer(std::move(answer), std::move(told));
        }));
}

void EpochMembership::take_answer(Result<GroupBeatAnswer> answer, GroupBeat told) {
  beating_ = false;
  if (state_ != State::member || cluster_.closed()) return;
  if (!answer) return take_failure(Errc::none, answer.error());
  if (answer->code != Errc::none) {
    const std::string what = "staying in group " + *options_.group_id;
    return take_failure(answer->code, broker_error(answer->code, what, answer->message));
  }
  backoff_.reset();
  epoch_ = answer->epoch;
  if (answer->interval > Millis(0)) interval_ = answer->interval;
  told_.whole = true;
  if (told.topics) told_.topics = std::move(told.topics);
  if (told.regex || told.whole) told_.regex = std::move(told.regex);
  if (told.owned) told_.owned = std::move(told.owned);
  beat_at(cluster_.shard().clock.now() + interval_);
  if (answer->assignment) target_ = *std::move(answer->assignment);
  reconcile();
  if (again_) beat();
}

void EpochMembership::take_failure(Errc code, const Error& why) {
  told_ = {};  // it may have arrived or not
  switch (code) {
    case Errc::unknown_member_id:
    case Errc::fenced_member_epoch:
      lose();
      if (polling_) drive(cluster_.shard().clock.now());
      return;
    default: break;
  }
  if (why.retriable) return beat_later();
  lose();
  not_before_ = cluster_.shard().clock.now() + backoff_.next(cluster_.shard().random);
  owner_.on_group_failed(why);
}

void EpochMembership::beat_later() {
  auto& shard = cluster_.shard();
  not_before_ = shard.clock.now() + backoff_.next(shard.random);
  beat_at(not_before_);
}

// No member any more, without having left.
void EpochMembership::lose() {
  end_membership();
  lost_ = true;
  join_wanted_ = true;
}

void EpochMembership::end_membership() {
  state_ = State::out;
  join_wanted_ = false;
  ++membership_;
  beating_ = again_ = false;
  epoch_ = kJoiningEpoch;
  busy_adopting_ = false;
  target_.clear();
  owned_.clear();
  told_ = {};
  cluster_.shard().timers.cancel(std::exchange(timer_, ports::TimerId(0)));
}

void EpochMembership::leave(std::string, GroupExit exit, Millis timeout, Callback<void(Status)> done) {
  const bool member = state_ == State::member;
  end_membership();
  const bool returns = options_.instance_id.has_value() && exit != GroupExit::leave;
  if (!member || (exit == GroupExit::stay && !returns)) {
    return cluster_.shard().timers.at_turn_end([done = std::move(done)]() mutable { done({}); });
  }
  GroupBeat last;
  last.who = {*options_.group_id, returns ? kPausingEpoch : kLeavingEpoch, member_id_, options_.instance_id};
  send_(cluster_, options_, std::move(last), timeout, [done = std::move(done)](Result<GroupBeatAnswer> gone) mutable {
    if (!gone) return done(gone.error());
    done({});  // whatever the coordinator says: this is no member any more
  });
}

std::optional<std::string> EpochMembership::name_of(const ::millrace::Uuid& id) const {
  if (const TopicView* topic = cluster_.view()->topic(id)) return topic->name;
  const auto known = names_.find(id);
  return known == names_.end() ? std::nullopt : std::optional(known->second);
}

// Adopts as much of the coordinator's wish as has names; the rest follows when they are known.
void EpochMembership::reconcile() {
  if (busy_adopting_ || state_ != State::member || cluster_.closed()) return;
  PartitionsById wanted;
  std::vector<TopicPartition> keys;
  std::set<::millrace::Uuid> nameless;
  for (const auto& [id, partitions] : target_) {
    const auto name = name_of(id);
    if (!name) {
      nameless.insert(id);
      continue;
    }
    if (!partitions.empty()) wanted.emplace(id, partitions);
    for (const std::int32_t partition : partitions) keys.push_back({*name, partition});
  }
  if (!nameless.empty()) ask_names(std::move(nameless));
  if (wanted == owned_) return;
  busy_adopting_ = true;
  adopting_ = std::move(wanted);
  owner_.on_assigned(std::move(keys));
}

void EpochMembership::adopted(bool) {
  if (!busy_adopting_) return;
  busy_adopting_ = false;
  owned_ = adopting_;
  beat();
  reconcile();
}

// Topics that only the brokers know to be subscribed to are in no view yet.
void EpochMembership::ask_names(std::set<::millrace::Uuid> ids) {
  if (asking_names_) return;
  asking_names_ = true;
  const auto make = [ids = std::move(ids)](std::int16_t) {
    protocol::MetadataRequest request;
    request.topics.emplace();
    for (const auto& id : ids) {
      auto& topic = request.topics->emplace_back();
      topic.topic_id = id;
      topic.name.reset();
    }
    return request;
  };
  VersionRange versions = Cluster::stable_versions(protocol::MetadataRequest::kApi);
  versions.min = 12;  // the first that is asked by ids
  cluster_.send_made<protocol::MetadataResponse, protocol::MetadataRequest>(
      Target::any(), make, options_.request_timeout,
      alive_.guard([this](Result<Answer<protocol::MetadataResponse>> answer) {
        bool news = false;
        if (answer) {
          for (const auto& topic : answer->body.topics) {
            if (topic.error_code != 0 || !topic.name) continue;
            names_[topic.topic_id] = std::string(*topic.name);
            news = true;
          }
        }
        auto& shard = cluster_.shard();
        const Millis wait = news ? Millis(0) : options_.retry_backoff_max;
        shard.timers.at(shard.clock.now() + wait, alive_.guard([this] {
          asking_names_ = false;
          reconcile();
        }));
      }),
      versions);
}

}  // namespace millrace::client
