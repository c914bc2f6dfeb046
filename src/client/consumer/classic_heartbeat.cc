#include <utility>

#include "client/consumer/classic_membership.h"
#include "client/errors.h"

// A member's signs of life, and its absence: a program that does not poll gives its partitions up.
namespace millrace::client {

using protocol::Errc;
using protocol::HeartbeatRequest;
using protocol::HeartbeatResponse;

void ClassicMembership::polled(bool under_way) {
  polling_ = under_way;
  last_poll_ = cluster_.shard().clock.now();
}

void ClassicMembership::arm_heartbeat(MonoTime when) {
  auto& timers = cluster_.shard().timers;
  timers.cancel(heartbeat_timer_);
  heartbeat_timer_ = timers.at(when, [this] {
    heartbeat_timer_ = ports::TimerId(0);
    beat();
  });
}

void ClassicMembership::beat() {
  const MonoTime now = cluster_.shard().clock.now();
  if (state_ != State::stable || cluster_.closed()) return;
  if (!polling_ && now >= last_poll_ + options_.max_poll_interval) {
    cluster_.shard().faults.reach(ports::Probe::client_poll_too_late);
    leave("the program has not polled for max.poll.interval.ms", GroupExit::usual, options_.request_timeout,
          [](Status) {});
    return want_join("the program polls again");
  }
  arm_heartbeat(now + options_.heartbeat_interval);
  if (beating_) return;
  beating_ = true;
  const auto make = [who = identity()](std::int16_t version) {
    HeartbeatRequest request;
    request.group_id = who.group_id;
    request.generation_id = who.generation;
    request.member_id = who.member_id;
    if (version >= 3 && who.instance_id) request.group_instance_id = *who.instance_id;
    return request;
  };
  const std::int32_t generation = generation_;
  cluster_.send_made<HeartbeatResponse, HeartbeatRequest>(
      coordinator(), make, std::min(options_.request_timeout, options_.session_timeout),
      alive_.guard([this, generation](Result<Answer<HeartbeatResponse>> answer) {
        beating_ = false;
        if (generation == generation_) take_beat(std::move(answer));
      }));
}

void ClassicMembership::take_beat(Result<Answer<HeartbeatResponse>> answer) {
  if (state_ != State::stable || cluster_.closed()) return;
  const auto again = [this](std::string why) {
    want_join(std::move(why));
    if (polling_) drive(cluster_.shard().clock.now());
  };
  if (!answer) {
    if (answer.error().retriable) cluster_.forget_coordinator(CoordinatorType::group, *options_.group_id);
    return;
  }
  const Errc code = protocol::from_wire(answer->body.error_code);
  switch (code) {
    case Errc::none:
    case Errc::coordinator_load_in_progress: return;
    case Errc::not_coordinator:
    case Errc::coordinator_not_available:
      return cluster_.forget_coordinator(CoordinatorType::group, *options_.group_id);
    case Errc::rebalance_in_progress: return again("the group is rebalancing");
    case Errc::illegal_generation:
    case Errc::unknown_member_id:
      forget_member();
      return again("the coordinator does not know this member any more");
    case Errc::fenced_instance_id: forget_member(); break;
    default: break;
  }
  state_ = State::out;
  want_join("the membership has ended");
  owner_.on_group_failed(broker_error(code, "staying in group " + *options_.group_id));
}

}  // namespace millrace::client
