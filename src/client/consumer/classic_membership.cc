#include "client/consumer/classic_membership.h"

#include <algorithm>
#include <utility>

#include "client/consumer/racks.h"
#include "client/errors.h"
#include "client/retry.h"
#include "protocol/gen/leave_group.h"

namespace millrace::client {

using protocol::Errc;
using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;
using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;
using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

namespace {

constexpr Millis kJoinSlack{5'000};     // a coordinator may answer so much later than the rebalance timeout
constexpr Millis kMetadataWait{5'000};  // how long a leader waits for topics that it has not heard of

}  // namespace

ClassicMembership::ClassicMembership(Cluster& cluster, const ConsumerOptions& options, MembershipOwner& owner)
    : cluster_(cluster),
      options_(options),
      owner_(owner),
      cooperative_(std::ranges::all_of(options.strategies,
                                       [](Strategy one) { return one == Strategy::cooperative_sticky; })),
      backoff_(options.retry_backoff, options.retry_backoff_max) {}

ClassicMembership::~ClassicMembership() {
  cluster_.shard().timers.cancel(heartbeat_timer_);
  track_group({});
}

Target ClassicMembership::coordinator() const {
  return Target::coordinator(CoordinatorType::group, *options_.group_id);
}

GroupIdentity ClassicMembership::identity() const {
  return {*options_.group_id, generation_, member_id_, generation_ < 0 ? std::nullopt : options_.instance_id};
}

void ClassicMembership::want_join(std::string reason) {
  join_wanted_ = true;
  reason_ = std::move(reason);
}

void ClassicMembership::adopted(bool gave_up) {
  if (!gave_up) return;
  want_join("partitions were given up for other members");
  if (polling_) drive(cluster_.shard().clock.now());
}

void ClassicMembership::drive(MonoTime now) {
  const bool idle = state_ == State::out || state_ == State::stable;
  if (!join_wanted_ || !idle || now < not_before_ || cluster_.closed()) return;
  state_ = State::preparing;
  join_wanted_ = false;
  owner_.prepare_join(std::exchange(lost_, false), alive_.guard([this] { send_join(); }));
}

void ClassicMembership::send_join() {
  struct Asked {
    std::string group;
    std::string member;
    std::string reason;
    std::vector<std::pair<Strategy, Buffer>> protocols;
  };
  state_ = State::joining;
  auto asked = std::make_shared<Asked>(Asked{*options_.group_id, member_id_, reason_, {}});
  Subscription subscription{owner_.subscribed_topics(), owner_.owned_partitions(), last_owned_, last_generation_,
                            options_.rack};
  if (!cooperative_) subscription.owned.clear();
  for (const Strategy strategy : options_.strategies) {
    asked->protocols.emplace_back(strategy, encode_subscription(subscription, strategy));
  }
  // The request may wait for a connection after this object is gone; the settings stay as long as the cluster.
  const auto make = [&options = options_, asked](std::int16_t version) {
    JoinGroupRequest request;
    request.group_id = asked->group;
    request.session_timeout_ms = static_cast<std::int32_t>(options.session_timeout.value());
    if (version >= 1) request.rebalance_timeout_ms = static_cast<std::int32_t>(options.max_poll_interval.value());
    request.member_id = asked->member;
    if (version >= 5 && options.instance_id) request.group_instance_id = *options.instance_id;
    request.protocol_type = "consumer";
    for (const auto& [strategy, metadata] : asked->protocols) {
      request.protocols.push_back({protocol_name(strategy), metadata.bytes()});
    }
    if (version >= 8) request.reason = asked->reason;
    return request;
  };
  cluster_.send_made<JoinGroupResponse, JoinGroupRequest>(
      coordinator(), make, std::max(options_.max_poll_interval + kJoinSlack, options_.request_timeout),
      alive_.guard([this](Result<Answer<JoinGroupResponse>> answer) { take_join(std::move(answer)); }));
}

void ClassicMembership::take_join(Result<Answer<JoinGroupResponse>> answer) {
  if (state_ != State::joining || cluster_.closed()) return;
  const Errc code = answer ? protocol::from_wire(answer->body.error_code) : Errc::none;
  if (answer && code == Errc::member_id_required) {
    member_id_ = std::string(answer->body.member_id);
    return send_join();
  }
  if (pass_over(answer ? nullptr : &answer.error(), code, "joining")) return;
  const auto& body = answer->body;
  member_id_ = std::string(body.member_id);
  generation_ = body.generation_id;
  protocol_ = std::string(body.protocol_name.value_or(""));
  const auto strategy = std::ranges::find_if(options_.strategies,
                                             [this](Strategy one) { return protocol_name(one) == protocol_; });
  if (strategy == options_.strategies.end()) {
    state_ = State::out;
    return owner_.on_group_failed(local_error(
        Cause::unsupported_version, "the coordinator of group " + *options_.group_id + " has chosen the assignor \"" +
                                        protocol_ + "\", which this consumer has not offered"));
  }
  leading_.reset();
  state_ = State::syncing;
  if (body.leader != body.member_id || body.skip_assignment) {
    track_group({});
    return send_sync({});
  }
  lead(body, *strategy);
}

void ClassicMembership::lead(const JoinGroupResponse& answer, Strategy strategy) {
  Leading leading{strategy, {}, {}, {}};
  std::set<std::string> topics;
  for (const auto& joined : answer.members) {
    auto member = decode_subscription(joined.member_id, joined.group_instance_id, joined.metadata, strategy);
    if (!member) continue;  // it gets nothing
    topics.insert(member->topics.begin(), member->topics.end());
    leading.members.push_back(*std::move(member));
  }
  leading_ = std::move(leading);
  track_group(topics);
  const auto known = [this](const std::string& topic) { return cluster_.view()->topic(topic) != nullptr; };
  if (std::ranges::all_of(topics, known)) return share_out();
  cluster_.when_refreshed(kMetadataWait, alive_.guard([this](Status) { share_out(); }));
}

void ClassicMembership::share_out() {
  if (state_ != State::syncing || !leading_) return;
  const ClusterViewPtr view = cluster_.view();
  for (const auto& name : group_topics_) {
    const TopicView* topic = view->topic(name);
    if (topic == nullptr || topic->partitions.empty()) continue;
    leading_->counts[name] = static_cast<std::int32_t>(topic->partitions.size());
    leading_->racks.merge(racks_of(*view, *topic));
  }
  std::map<std::string, Buffer> shares;
  for (const auto& [member, own] : assign(leading_->strategy, leading_->members, leading_->counts,
                                          leading_->racks)) {
    shares.emplace(member, encode_assignment(own));
  }
  send_sync(std::move(shares));
}

void ClassicMembership::send_sync(std::map<std::string, Buffer> shares) {
  struct Asked {
    GroupIdentity who;
    std::string protocol;
    std::map<std::string, Buffer> shares;
  };
  auto asked = std::make_shared<Asked>(Asked{identity(), protocol_, std::move(shares)});
  const auto make = [asked](std::int16_t version) {
    SyncGroupRequest request;
    request.group_id = asked->who.group_id;
    request.generation_id = asked->who.generation;
    request.member_id = asked->who.member_id;
    if (version >= 3 && asked->who.instance_id) request.group_instance_id = *asked->who.instance_id;
    if (version >= 5) {
      request.protocol_type = "consumer";
      request.protocol_name = asked->protocol;
    }
    for (const auto& [member, share] : asked->shares) request.assignments.push_back({member, share.bytes()});
    return request;
  };
  cluster_.send_made<SyncGroupResponse, SyncGroupRequest>(
      coordinator(), make, std::max(options_.max_poll_interval + kJoinSlack, options_.request_timeout),
      alive_.guard([this](Result<Answer<SyncGroupResponse>> answer) { take_sync(std::move(answer)); }));
}

void ClassicMembership::take_sync(Result<Answer<SyncGroupResponse>> answer) {
  if (state_ != State::syncing || cluster_.closed()) return;
  const Errc code = answer ? protocol::from_wire(answer->body.error_code) : Errc::none;
  if (pass_over(answer ? nullptr : &answer.error(), code, "rebalancing")) return;
  auto own = decode_assignment(answer->body.assignment);
  if (!own) {
    state_ = State::out;
    return owner_.on_group_failed(local_error(
        Cause::corrupt, "the leader of group " + *options_.group_id + " has sent an assignment that cannot be read"));
  }
  state_ = State::stable;
  backoff_.reset();
  last_owned_ = *own;
  last_generation_ = generation_;
  arm_heartbeat(cluster_.shard().clock.now() + options_.heartbeat_interval);
  owner_.on_assigned(*std::move(own));
}

// Sees to whatever stands in the way of a join or sync. False if nothing does.
bool ClassicMembership::pass_over(const Error* failure, Errc code, const char* what) {
  if (failure == nullptr && code == Errc::none) return false;
  state_ = State::out;
  if (failure != nullptr && failure->retriable) {
    cluster_.forget_coordinator(CoordinatorType::group, *options_.group_id);
    join_later();
    return true;
  }
  switch (code) {
    case Errc::unknown_member_id:
    case Errc::illegal_generation:
      forget_member();
      [[fallthrough]];
    case Errc::rebalance_in_progress:
    case Errc::coordinator_load_in_progress: join_later(); return true;
    case Errc::not_coordinator:
    case Errc::coordinator_not_available:
      cluster_.forget_coordinator(CoordinatorType::group, *options_.group_id);
      join_later();
      return true;
    default: break;
  }
  if (code == Errc::fenced_instance_id) forget_member();
  owner_.on_group_failed(failure != nullptr
                             ? *failure
                             : broker_error(code, std::string(what) + " group " + *options_.group_id));
  join_later();
  return true;
}

void ClassicMembership::join_later() {
  auto& shard = cluster_.shard();
  join_wanted_ = true;
  if (reason_.empty()) reason_ = "an attempt to join has failed";
  not_before_ = shard.clock.now() + backoff_.next(shard.random);
  shard.timers.at(not_before_, alive_.guard([this] {
    if (polling_) drive(cluster_.shard().clock.now());
  }));
}

void ClassicMembership::forget_member() {
  member_id_.clear();
  generation_ = -1;
  lost_ = true;
}

void ClassicMembership::leave(std::string reason, GroupExit exit, Millis timeout, Callback<void(Status)> done) {
  const GroupIdentity who = identity();
  const bool member = !who.member_id.empty();
  state_ = State::out;
  join_wanted_ = false;
  cluster_.shard().timers.cancel(std::exchange(heartbeat_timer_, ports::TimerId(0)));
  forget_member();
  leading_.reset();
  if (!member || exit == GroupExit::stay || (exit == GroupExit::usual && options_.instance_id)) {
    return cluster_.shard().timers.at_turn_end([done = std::move(done)]() mutable { done({}); });
  }
  const auto make = [who, reason = std::move(reason)](std::int16_t version) {
    LeaveGroupRequest request;
    request.group_id = who.group_id;
    if (version < 3) {
      request.member_id = who.member_id;
      return request;
    }
    auto& entry = request.members.emplace_back();
    entry.member_id = who.member_id;
    if (who.instance_id) entry.group_instance_id = *who.instance_id;
    if (version >= 5) entry.reason = reason;
    return request;
  };
  send_until<LeaveGroupResponse, LeaveGroupRequest>(
      cluster_, coordinator(), make,
      [](const Answer<LeaveGroupResponse>& answer) { return protocol::from_wire(answer.body.error_code); },
      RetryOptions{timeout}, [done = std::move(done)](Result<Answer<LeaveGroupResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        done({});  // whatever the coordinator says: this is no member any more
      });
}

void ClassicMembership::on_view() {
  if (!leading_ || state_ != State::stable || join_wanted_) return;
  const ClusterViewPtr view = cluster_.view();
  for (const auto& name : group_topics_) {
    const TopicView* topic = view->topic(name);
    if (topic == nullptr || topic->partitions.empty()) continue;
    const auto before = leading_->counts.find(name);
    if (before == leading_->counts.end() || std::cmp_not_equal(topic->partitions.size(), before->second)) {
      return want_join("topic " + name + " has another number of partitions");
    }
    // Racks that are gone may only be brokers that are away.
    const auto is_new = [this](const PartitionRacks::value_type& one) {
      const auto known = leading_->racks.find(one.first);
      return known == leading_->racks.end() || !std::ranges::includes(known->second, one.second);
    };
    if (!options_.rack.empty() && std::ranges::any_of(racks_of(*view, *topic), is_new)) {
      return want_join("replicas of topic " + name + " stand in other racks");
    }
  }
}

void ClassicMembership::track_group(std::set<std::string> topics) {
  for (const auto& topic : topics) cluster_.track(topic);
  for (const auto& topic : group_topics_) cluster_.untrack(topic);
  group_topics_ = std::move(topics);
}

}  // namespace millrace::client
