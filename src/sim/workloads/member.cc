#include "sim/workloads/member.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "protocol/errc.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/offset_commit.h"

namespace millrace::sim {

using protocol::Errc;

namespace {

constexpr std::string_view kGroup = "readers";
constexpr std::string_view kProtocol = "numbers";  // an assignment is a list of bytes, each the number of a partition
constexpr Millis kSession{1'500};
constexpr Millis kRebalance{2'000};

}  // namespace

Member::Member(ports::Shard& shard, Stage& stage, GroupHistory& groups, Prng prng, std::uint32_t index)
    : Client(shard, stage, prng, fmt::format("member{}", index)),
      groups_(groups),
      partitions_(stage.traffic.partitions()) {}

void Member::reconnected() {
  step_ = Step::find;
  id_.clear();
}

void Member::work() {
  switch (step_) {
    case Step::find: return find();
    case Step::join: return join();
    case Step::look_up: return look_up();
    case Step::take_part: break;
  }
  if (stage_.calm) settled_ = true;
  const std::uint64_t turn = prng_.below(16);
  if (turn == 0 && !stage_.calm) return leave();
  if (turn < 5) return heartbeat();
  if (turn < 8) return look_up();
  commit();
}

void Member::after(bool answered, std::int16_t error) {
  const Errc code = protocol::from_wire(error);
  if (answered && code != Errc::none) {
    step_ = Step::find;
    const bool mine_to_bear = protocol::retriable(code) || code == Errc::unknown_member_id ||
                              code == Errc::illegal_generation || code == Errc::rebalance_in_progress ||
                              code == Errc::not_coordinator || code == Errc::member_id_required;
    if (code == Errc::unknown_member_id || code == Errc::illegal_generation) id_.clear();
    if (!mine_to_bear) stage_.history.fail(fmt::format("a member is refused with {}", protocol::name(code)));
  }
  again_after(up_to(Millis(100)));
}

void Member::find() {
  protocol::FindCoordinatorRequest request;
  request.key = kGroup;
  request.coordinator_keys = {kGroup};
  session_.call<protocol::FindCoordinatorResponse>(
      request, Millis(0), [this](const protocol::FindCoordinatorResponse* answer) {
        if (answer == nullptr) return again_after(up_to(Millis(50)));
        const std::int16_t error =
            answer->coordinators.empty() ? answer->error_code : answer->coordinators.front().error_code;
        if (error == 0) step_ = Step::join;
        again_after(up_to(Millis(error == 0 ? 5 : 100)));
      });
}

void Member::join() {
  protocol::JoinGroupRequest request;
  request.group_id = kGroup;
  request.session_timeout_ms = static_cast<std::int32_t>(kSession.value());
  request.rebalance_timeout_ms = static_cast<std::int32_t>(kRebalance.value());
  request.member_id = id_;
  request.protocol_type = "sim";
  request.protocols.push_back({kProtocol, Bytes()});
  session_.call<protocol::JoinGroupResponse>(
      request, Millis(kSession.value() + kRebalance.value()),
      [this](const protocol::JoinGroupResponse* answer) { joined(answer); });
}

void Member::joined(const protocol::JoinGroupResponse* answer) {
  if (answer == nullptr) return again_after(up_to(Millis(50)));
  if (protocol::from_wire(answer->error_code) == Errc::member_id_required) {
    id_ = answer->member_id;
    return again_after(up_to(Millis(5)));
  }
  if (answer->error_code != 0) return after(true, answer->error_code);
  id_ = answer->member_id;
  generation_ = answer->generation_id;
  sync(*answer);
}

void Member::sync(const protocol::JoinGroupResponse& answer) {
  protocol::SyncGroupRequest request;
  request.group_id = kGroup;
  request.generation_id = generation_;
  request.member_id = id_;
  request.protocol_type = "sim";
  request.protocol_name = kProtocol;
  std::vector<std::vector<std::byte>> shares(answer.members.size());
  if (answer.leader == answer.member_id && !answer.members.empty()) {
    for (std::size_t i = 0; i < partitions_.size(); ++i) shares[i % shares.size()].push_back(std::byte(i));
    for (std::size_t i = 0; i < shares.size(); ++i) {
      request.assignments.push_back({answer.members[i].member_id, shares[i]});
    }
  }
  session_.call<protocol::SyncGroupResponse>(
      request, kRebalance, [this](const protocol::SyncGroupResponse* synced_answer) { synced(synced_answer); });
}

void Member::synced(const protocol::SyncGroupResponse* answer) {
  if (answer == nullptr || answer->error_code != 0) {
    return after(answer != nullptr, answer == nullptr ? std::int16_t{0} : answer->error_code);
  }
  mine_.clear();
  for (const std::byte number : answer->assignment) {
    const PartitionName& partition = partitions_.at(static_cast<std::size_t>(number));
    groups_.assigned(id_, generation_, partition);
    mine_.push_back(partition);
  }
  step_ = Step::look_up;
  again_after(up_to(Millis(5)));
}

void Member::look_up() {
  std::vector<std::int64_t> marks;
  std::map<std::string, std::vector<std::int32_t>> by_topic;
  for (const PartitionName& partition : partitions_) {
    marks.push_back(groups_.mark(partition));
    by_topic[partition.topic].push_back(partition.index);
  }
  protocol::OffsetFetchRequest request;
  request.require_stable = prng_.one_in(2);
  request.group_id = kGroup;
  auto& group = request.groups.emplace_back();
  group.group_id = kGroup;
  request.topics.emplace();
  group.topics.emplace();
  for (const auto& [topic, indexes] : by_topic) {
    request.topics->push_back({topic, indexes});
    group.topics->push_back({topic, id_of(topic), indexes});
  }
  session_.call<protocol::OffsetFetchResponse>(
      request, Millis(0), [this, marks = std::move(marks)](const protocol::OffsetFetchResponse* answer) {
        looked_up(answer, marks);
      });
}

void Member::looked_up(const protocol::OffsetFetchResponse* answer, const std::vector<std::int64_t>& marks) {
  if (answer == nullptr) return after(false, 0);
  std::int16_t error = answer->error_code;
  if (!answer->groups.empty()) error = answer->groups.front().error_code;
  if (error != 0) return after(true, error);
  for (const auto& topic : answer->topics) {
    for (const auto& one : topic.partitions) {
      compare(topic.name, Uuid(), one.partition_index, one.committed_offset, one.error_code, marks);
    }
  }
  for (const auto& group : answer->groups) {
    for (const auto& topic : group.topics) {
      for (const auto& one : topic.partitions) {
        compare(topic.name, topic.topic_id, one.partition_index, one.committed_offset, one.error_code, marks);
      }
    }
  }
  step_ = Step::take_part;
  again_after(up_to(Millis(50)));
}

void Member::compare(std::string_view topic, Uuid id, std::int32_t index, std::int64_t offset, std::int16_t error,
                     const std::vector<std::int64_t>& marks) {
  if (error != 0) return;
  const PartitionName partition{topic.empty() ? topic_named(id) : std::string(topic), index};
  const auto at = std::find(partitions_.begin(), partitions_.end(), partition);
  if (at == partitions_.end()) return stage_.history.fail("a look-up of offsets answers what nobody asked");
  groups_.looked_up(partition, marks[static_cast<std::size_t>(at - partitions_.begin())], offset);
}

void Member::commit() {
  std::vector<std::pair<PartitionName, std::int64_t>> sent;
  protocol::OffsetCommitRequest request;
  request.group_id = kGroup;
  request.generation_id_or_member_epoch = generation_;
  request.member_id = id_;
  for (const PartitionName& partition : mine_) {
    if (prng_.one_in(3)) continue;
    auto& topic = request.topics.emplace_back();
    topic.name = partition.topic;
    topic.topic_id = id_of(partition.topic);
    sent.emplace_back(partition, groups_.next(partition));
    topic.partitions.push_back({partition.index, sent.back().second, -1, ""});
  }
  if (sent.empty()) return heartbeat();
  session_.call<protocol::OffsetCommitResponse>(
      request, Millis(0), [this, sent = std::move(sent)](const protocol::OffsetCommitResponse* answer) {
        if (answer == nullptr) return after(false, 0);
        std::int16_t error = 0;
        for (const auto& topic : answer->topics) {
          for (const auto& one : topic.partitions) error = one.error_code != 0 ? one.error_code : error;
        }
        if (error == 0) {
          for (const auto& [partition, offset] : sent) groups_.acknowledged(partition, offset);
        }
        after(true, error);
      });
}

void Member::heartbeat() {
  protocol::HeartbeatRequest request;
  request.group_id = kGroup;
  request.generation_id = generation_;
  request.member_id = id_;
  session_.call<protocol::HeartbeatResponse>(request, Millis(0), [this](const protocol::HeartbeatResponse* answer) {
    after(answer != nullptr, answer == nullptr ? std::int16_t{0} : answer->error_code);
  });
}

void Member::leave() {
  protocol::LeaveGroupRequest request;
  request.group_id = kGroup;
  request.member_id = id_;
  request.members.push_back({id_, std::nullopt});
  session_.call<protocol::LeaveGroupResponse>(request, Millis(0), [this](const protocol::LeaveGroupResponse* answer) {
    step_ = Step::find;
    if (answer != nullptr) id_.clear();
    again_after(up_to(Millis(300)));
  });
}

}  // namespace millrace::sim
