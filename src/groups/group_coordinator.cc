#include "groups/group_coordinator.h"

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "coordinator/partition_choice.h"
#include "groups/admin/modern_description.h"
#include "groups/answers.h"
#include "groups/group_partition.h"
#include "groups/offsets/commit.h"
#include "groups/offsets/fetch.h"
#include "protocol/message.h"

namespace millrace::groups {

struct GroupCoordinator::State {
  GroupEnvironment environment;
  std::int32_t partition_count;
  std::map<PartitionIndex, std::unique_ptr<GroupPartition>> partitions;

  // The partition of a group; nothing, and why, if it cannot be asked.
  GroupPartition* of(std::string_view group, Errc& why) {
    const auto found = partitions.find(coordinator::partition_for(group, partition_count));
    why = found == partitions.end() ? Errc::not_coordinator : found->second->ready();
    return why == Errc::none ? found->second.get() : nullptr;
  }
  void later(Reply reply, Buffer body) {
    environment.timers.at_turn_end(
        [reply = std::move(reply), body = std::move(body)]() mutable { reply(std::move(body)); });
  }
};

GroupCoordinator::GroupCoordinator(ports::Clock& clock, ports::Timers& timers, ports::Random& random,
                                   ports::Logger& logger, const TopicDirectory& topics, GroupSettings settings,
                                   std::int32_t partition_count)
    : state_(std::make_unique<State>(
          State{{clock, timers, random, logger, topics, settings}, partition_count, {}})) {}
GroupCoordinator::GroupCoordinator(ports::Shard& shard, const TopicDirectory& topics, GroupSettings settings,
                                   std::int32_t partition_count)
    : GroupCoordinator(shard.clock, shard.timers, shard.random, shard.log, topics, settings, partition_count) {}
GroupCoordinator::~GroupCoordinator() = default;

void GroupCoordinator::load(PartitionIndex partition, std::unique_ptr<coordinator::PartitionLog> log) {
  unload(partition);
  auto& made = state_->partitions[partition];
  made = std::make_unique<GroupPartition>(state_->environment, partition, std::move(log));
  made->load();
}

void GroupCoordinator::unload(PartitionIndex partition) {
  const auto found = state_->partitions.find(partition);
  if (found == state_->partitions.end()) return;
  found->second->close();
  state_->partitions.erase(found);
}

void GroupCoordinator::join(Incoming<protocol::JoinGroupRequest> request, Reply reply) {
  const GroupSettings& settings = state_->environment.settings;
  const Millis session(request.body.session_timeout_ms);
  classic::JoinAnswer refused;
  refused.member_id = request.body.member_id;
  if (request.body.group_id.empty()) {
    refused.error = Errc::invalid_group_id;
  } else if (session < settings.min_session_timeout || session > settings.max_session_timeout) {
    refused.error = Errc::invalid_session_timeout;
  } else if (GroupPartition* partition = state_->of(request.body.group_id, refused.error)) {
    return partition->join(request, std::move(reply));
  }
  state_->later(std::move(reply), encode_join(refused, request.version));
}

void GroupCoordinator::sync(Incoming<protocol::SyncGroupRequest> request, Reply reply) {
  constexpr std::int16_t kFirstWithProtocol = 5;  // KIP-559: from then on both must be said
  const bool silent = !request.body.protocol_type || !request.body.protocol_name;
  Errc error = Errc::none;
  if (request.version >= kFirstWithProtocol && silent) {
    error = Errc::inconsistent_group_protocol;
  } else if (request.body.group_id.empty()) {
    error = Errc::invalid_group_id;
  } else if (GroupPartition* partition = state_->of(request.body.group_id, error)) {
    return partition->sync(request, std::move(reply));
  }
  state_->later(std::move(reply), encode_sync_error(error, request.version));
}

void GroupCoordinator::heartbeat(Incoming<protocol::HeartbeatRequest> request, Reply reply) {
  Errc error = Errc::none;
  if (request.body.group_id.empty()) {
    error = Errc::invalid_group_id;
  } else if (GroupPartition* partition = state_->of(request.body.group_id, error)) {
    return partition->heartbeat(request, std::move(reply));
  }
  // While the group is being read nobody can tell, and a member that is told so would leave for nothing.
  if (error == Errc::coordinator_load_in_progress) error = Errc::none;
  state_->later(std::move(reply), encode_heartbeat(error, request.version));
}

void GroupCoordinator::leave(Incoming<protocol::LeaveGroupRequest> request, Reply reply) {
  Errc error = Errc::none;
  if (request.body.group_id.empty()) {
    error = Errc::invalid_group_id;
  } else if (GroupPartition* partition = state_->of(request.body.group_id, error)) {
    return partition->leave(request, std::move(reply));
  }
  state_->later(std::move(reply), encode_leave_error(error, request.version));
}

void GroupCoordinator::commit_offsets(Incoming<protocol::OffsetCommitRequest> request, Reply reply) {
  offsets::Commit commit(request.body, request.version, state_->environment.topics);
  Errc error = Errc::none;
  if (commit.has_open()) {
    if (GroupPartition* partition = state_->of(request.body.group_id, error)) {
      return partition->commit_offsets(request, std::move(commit), std::move(reply));
    }
  }
  state_->later(std::move(reply), commit.answer(error));
}

void GroupCoordinator::fetch_offsets(OffsetQuery query, Callback<void(OffsetAnswer)> reply) {
  Errc error = Errc::none;
  if (GroupPartition* partition = state_->of(query.group_id, error)) {
    return partition->fetch_offsets(std::move(query), std::move(reply));
  }
  state_->environment.timers.at_turn_end(
      [answer = offsets::fetch_error(query, error), reply = std::move(reply)]() mutable { reply(std::move(answer)); });
}

void GroupCoordinator::delete_offsets(Incoming<protocol::OffsetDeleteRequest> request, Reply reply) {
  Errc error = Errc::none;
  if (request.body.group_id.empty()) {
    error = Errc::invalid_group_id;
  } else if (GroupPartition* partition = state_->of(request.body.group_id, error)) {
    return partition->delete_offsets(request, std::move(reply));
  }
  protocol::OffsetDeleteResponse response;
  response.error_code = to_wire(error);
  state_->later(std::move(reply), encode_body(response, request.version));
}

ListAnswer GroupCoordinator::list(const ListQuery& query) const {
  ListAnswer answer;
  for (const auto& [index, partition] : state_->partitions) {
    const Errc error = partition->ready();
    if (error == Errc::none) {
      partition->list(query, answer.groups);
    } else if (error != Errc::not_coordinator) {
      return {to_wire(error), {}};
    }
  }
  return answer;
}

std::vector<DescribedGroup> GroupCoordinator::describe(const std::vector<std::string>& groups) const {
  std::vector<DescribedGroup> described;
  for (const std::string& group : groups) {
    Errc error = Errc::none;
    if (const GroupPartition* partition = state_->of(group, error)) {
      described.push_back(partition->describe(group));
      continue;
    }
    DescribedGroup& failed = described.emplace_back();
    failed.id = group;
    failed.error = to_wire(error);
  }
  return described;
}

template <typename Response>
Buffer GroupCoordinator::describe_modern(const std::vector<std::string>& groups, std::int16_t version) const {
  admin::TopicNames names(state_->environment.topics);
  std::deque<std::string> messages;
  Response response;
  for (const std::string& group : groups) {
    auto& described = response.groups.emplace_back();
    Errc error = group.empty() ? Errc::invalid_group_id : Errc::none;
    const GroupPartition* partition = error == Errc::none ? state_->of(group, error) : nullptr;
    if (partition != nullptr) {
      admin::describe(partition->store(), names, group, messages.emplace_back(), described);
    } else {
      described.group_id = group;
      described.error_code = to_wire(error);
    }
  }
  return protocol::encode_body(response, version);
}
template Buffer GroupCoordinator::describe_modern<protocol::ConsumerGroupDescribeResponse>(
    const std::vector<std::string>&, std::int16_t) const;
template Buffer GroupCoordinator::describe_modern<protocol::ShareGroupDescribeResponse>(const std::vector<std::string>&,
                                                                                        std::int16_t) const;
template Buffer GroupCoordinator::describe_modern<protocol::StreamsGroupDescribeResponse>(
    const std::vector<std::string>&, std::int16_t) const;

void GroupCoordinator::delete_groups(std::vector<std::string> groups,
                                     Callback<void(std::vector<DeletedGroup>)> reply) {
  struct Collecting {
    std::vector<DeletedGroup> answers;
    std::size_t left = 0;
    Callback<void(std::vector<DeletedGroup>)> reply;
    void one_less() {
      if (--left == 0) reply(std::move(answers));
    }
  };
  auto collecting = std::make_shared<Collecting>();
  collecting->reply = std::move(reply);
  collecting->left = groups.size() + 1;
  for (std::string& group : groups) collecting->answers.push_back({std::move(group), 0});
  for (DeletedGroup& answer : collecting->answers) {
    Errc error = Errc::none;
    const auto done = [collecting, &answer](Errc result) {
      answer.error = to_wire(result);
      collecting->one_less();
    };
    if (GroupPartition* partition = state_->of(answer.id, error)) {
      partition->delete_group(answer.id, done);
    } else {
      state_->environment.timers.at_turn_end([done, error] { done(error); });
    }
  }
  state_->environment.timers.at_turn_end([collecting] { collecting->one_less(); });
}

void GroupCoordinator::topics_deleted(const std::set<std::string, std::less<>>& topics) {
  for (const auto& [index, partition] : state_->partitions) {
    if (partition->ready() == Errc::none) partition->topics_deleted(topics);
  }
}

}  // namespace millrace::groups
