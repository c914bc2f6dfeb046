#include "client/consumer/group_beats.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "client/errors.h"
#include "client/retry.h"
#include "protocol/gen/consumer_group_heartbeat.h"
#include "protocol/gen/share_group_heartbeat.h"

namespace millrace::client {
namespace {

using protocol::ConsumerGroupHeartbeatRequest;
using protocol::ConsumerGroupHeartbeatResponse;
using protocol::ShareGroupHeartbeatRequest;
using protocol::ShareGroupHeartbeatResponse;

std::optional<std::vector<std::string_view>> views(const std::optional<std::vector<std::string>>& names) {
  if (!names) return std::nullopt;
  return std::vector<std::string_view>(names->begin(), names->end());
}

// What both kinds' answers have.
template <typename R>
GroupBeatAnswer read(const R& body) {
  GroupBeatAnswer answer;
  answer.code = protocol::from_wire(body.error_code);
  answer.message = std::string(body.error_message.value_or(""));
  answer.epoch = body.member_epoch;
  answer.interval = Millis(body.heartbeat_interval_ms);
  if (!body.assignment) return answer;
  answer.assignment.emplace();
  for (const auto& topic : body.assignment->topic_partitions) {
    auto& partitions = (*answer.assignment)[topic.topic_id];
    partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
    std::ranges::sort(partitions);
  }
  return answer;
}

template <typename R, typename M, typename Make>
void send(Cluster& cluster, const GroupIdentity& who, Make make, Millis timeout,
          Callback<void(Result<GroupBeatAnswer>)> done) {
  const bool leaving = who.generation < 0;
  send_until<R, M>(
      cluster, Target::coordinator(CoordinatorType::group, who.group_id), std::move(make),
      [](const Answer<R>& answer) { return protocol::from_wire(answer.body.error_code); },
      leaving ? RetryOptions{timeout} : RetryOptions{timeout, 0},
      [done = std::move(done)](Result<Answer<R>> answer) mutable {
        if (!answer) return done(answer.error());
        done(read(answer->body));
      });
}

}  // namespace

void send_consumer_beat(Cluster& cluster, const ConsumerOptions& options, GroupBeat beat, Millis timeout,
                        Callback<void(Result<GroupBeatAnswer>)> done) {
  auto told = std::make_shared<const GroupBeat>(std::move(beat));
  const auto make = [&options, told](std::int16_t version) {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = told->who.group_id;
    request.member_id = told->who.member_id;
    request.member_epoch = told->who.generation;
    if (told->who.instance_id) request.instance_id = *told->who.instance_id;
    if (told->whole) {
      request.rebalance_timeout_ms = static_cast<std::int32_t>(options.max_poll_interval.value());
      if (!options.rack.empty()) request.rack_id = options.rack;
      if (options.remote_assignor) request.server_assignor = *options.remote_assignor;
    }
    request.subscribed_topic_names = views(told->topics);
    // A broker without them refuses one that is needed; that there is none needs not be said.
    if (told->regex && (version >= 1 || !told->regex->empty())) request.subscribed_topic_regex = *told->regex;
    if (told->owned) {
      request.topic_partitions.emplace();
      for (const auto& [id, partitions] : *told->owned) request.topic_partitions->push_back({id, partitions});
    }
    return request;
  };
  send<ConsumerGroupHeartbeatResponse, ConsumerGroupHeartbeatRequest>(cluster, told->who, make, timeout,
                                                                      std::move(done));
}

void send_share_beat(Cluster& cluster, const ConsumerOptions& options, GroupBeat beat, Millis timeout,
                     Callback<void(Result<GroupBeatAnswer>)> done) {
  auto told = std::make_shared<const GroupBeat>(std::move(beat));
  const auto make = [&options, told](std::int16_t) {
    ShareGroupHeartbeatRequest request;
    request.group_id = told->who.group_id;
    request.member_id = told->who.member_id;
    request.member_epoch = told->who.generation;
    if (told->whole && !options.rack.empty()) request.rack_id = options.rack;
    request.subscribed_topic_names = views(told->topics);
    return request;
  };
  send<ShareGroupHeartbeatResponse, ShareGroupHeartbeatRequest>(cluster, told->who, make, timeout, std::move(done));
}

}  // namespace millrace::client
