#include "client/consumer/group_offsets.h"

#include <memory>
#include <utility>

#include "client/errors.h"
#include "client/retry.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_fetch.h"

namespace millrace::client {

using protocol::Errc;
using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;

namespace {

// Version 10 of both names topics by their ids; all that they tell beyond that, version 9 tells too.
constexpr VersionRange kFetchVersions{1, 9};
constexpr VersionRange kCommitVersions{2, 9};
constexpr std::int16_t kStableSince = 7;   // require_stable
constexpr std::int16_t kGroupsSince = 8;   // several groups in a request
constexpr std::int16_t kMembersSince = 9;  // who asks

// Calls `visit` (topic, partition part) for every partition of the answer, whichever version it has.
template <typename Visit>
void each_partition(const OffsetFetchResponse& answer, Visit visit) {
  for (const auto& topic : answer.topics) {
    for (const auto& part : topic.partitions) visit(topic.name, part);
  }
  for (const auto& group : answer.groups) {
    for (const auto& topic : group.topics) {
      for (const auto& part : topic.partitions) visit(topic.name, part);
    }
  }
}

// The first error, that of the whole before those of partitions.
Errc error_of(const OffsetFetchResponse& answer) {
  Errc found = protocol::from_wire(answer.error_code);
  for (const auto& group : answer.groups) {
    if (found == Errc::none) found = protocol::from_wire(group.error_code);
  }
  each_partition(answer, [&](std::string_view, const auto& part) {
    if (found == Errc::none) found = protocol::from_wire(part.error_code);
  });
  return found;
}

Errc error_of(const OffsetCommitResponse& answer) {
  for (const auto& topic : answer.topics) {
    for (const auto& part : topic.partitions) {
      if (part.error_code != 0) return protocol::from_wire(part.error_code);
    }
  }
  return Errc::none;
}

Offsets offsets_of(const OffsetFetchResponse& answer) {
  Offsets offsets;
  each_partition(answer, [&](std::string_view topic, const auto& part) {
    if (part.committed_offset < 0) return;
    OffsetAndMetadata& to = offsets[{std::string(topic), part.partition_index}];
    to.offset = part.committed_offset;
    if (part.committed_leader_epoch >= 0) to.leader_epoch = part.committed_leader_epoch;
    to.metadata = std::string(part.metadata.value_or(""));
  });
  return offsets;
}

}  // namespace

void fetch_committed(Cluster& cluster, GroupIdentity who, std::vector<TopicPartition> partitions,
                     Millis timeout, Callback<void(Result<Offsets>)> done) {
  struct Asked {
    GroupIdentity who;
    std::map<std::string, std::vector<std::int32_t>> topics;
  };
  auto asked = std::make_shared<Asked>();
  asked->who = std::move(who);
  const std::string group_id = asked->who.group_id;
  for (const auto& key : partitions) asked->topics[key.topic].push_back(key.partition);
  const auto make = [asked](std::int16_t version) {
    OffsetFetchRequest request;
    if (version >= kStableSince) request.require_stable = true;
    if (version < kGroupsSince) {
      request.group_id = asked->who.group_id;
      for (const auto& [name, indexes] : asked->topics) request.topics->push_back({name, indexes});
      return request;
    }
    auto& group = request.groups.emplace_back();
    group.group_id = asked->who.group_id;
    if (version >= kMembersSince && asked->who.generation >= 0) {
      group.member_id = asked->who.member_id;
      group.member_epoch = asked->who.generation;
    }
    for (const auto& [name, indexes] : asked->topics) group.topics->push_back({name, {}, indexes});
    return request;
  };
  send_until<OffsetFetchResponse, OffsetFetchRequest>(
      cluster, Target::coordinator(CoordinatorType::group, group_id), make,
      [](const Answer<OffsetFetchResponse>& answer) { return error_of(answer.body); }, RetryOptions{timeout},
      [group_id, done = std::move(done)](Result<Answer<OffsetFetchResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        const Errc code = error_of(answer->body);
        if (code != Errc::none) return done(broker_error(code, "asking for positions of group " + group_id));
        done(offsets_of(answer->body));
      },
      kFetchVersions);
}

void commit_offsets(Cluster& cluster, GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done) {
  struct Asked {
    GroupIdentity who;
    Offsets offsets;
  };
  auto asked = std::make_shared<const Asked>(Asked{std::move(who), std::move(offsets)});
  const auto make = [asked](std::int16_t version) {
    OffsetCommitRequest request;
    request.group_id = asked->who.group_id;
    request.generation_id_or_member_epoch = asked->who.generation;
    request.member_id = asked->who.member_id;
    if (version >= 7 && asked->who.instance_id) request.group_instance_id = *asked->who.instance_id;
    for (const auto& [key, position] : asked->offsets) {
      if (request.topics.empty() || request.topics.back().name != key.topic) {
        request.topics.emplace_back().name = key.topic;
      }
      auto& part = request.topics.back().partitions.emplace_back();
      part.partition_index = key.partition;
      part.committed_offset = position.offset;
      if (version >= 6) part.committed_leader_epoch = position.leader_epoch.value_or(-1);
      part.committed_metadata = position.metadata;
    }
    return request;
  };
  send_until<OffsetCommitResponse, OffsetCommitRequest>(
      cluster, Target::coordinator(CoordinatorType::group, asked->who.group_id), make,
      [](const Answer<OffsetCommitResponse>& answer) {
        // The member has to join first: asking again would not help before it has.
        const Errc code = error_of(answer.body);
        return code == Errc::rebalance_in_progress ? Errc::none : code;
      },
      RetryOptions{timeout},
      [asked, done = std::move(done)](Result<Answer<OffsetCommitResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        const Errc code = error_of(answer->body);
        if (code != Errc::none) return done(broker_error(code, "committing positions of group " + asked->who.group_id));
        done({});
      },
      kCommitVersions);
}

}  // namespace millrace::client
