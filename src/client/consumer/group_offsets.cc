#include "client/consumer/group_offsets.h"

#include <algorithm>
#include <memory>
#include <ranges>
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

constexpr std::int16_t kStableSince = 7;   // OffsetFetch: require_stable
constexpr std::int16_t kGroupsSince = 8;   // OffsetFetch: several groups in a request
constexpr std::int16_t kMembersSince = 9;  // OffsetFetch: who asks
constexpr std::int16_t kIdsSince = 10;     // both: topics by their ids

// What topics are called in requests and answers: by their ids where the cluster's view has one for each, so that a
// topic that was deleted and made anew is not taken for the old one.
class TopicNames {
 public:
  // Looks the ids up for one attempt; the versions that it can do with.
  template <typename Names>
  VersionRange look_up(const ClusterView& view, const Names& names, VersionRange versions) {
    ids_.clear();
    for (const std::string& name : names) {
      const TopicView* topic = view.topic(name);
      if (topic != nullptr && !topic->id.is_zero()) {
        ids_.emplace(name, topic->id);
      } else {
        versions.max = std::min<std::int16_t>(versions.max, kIdsSince - 1);
      }
    }
    return versions;
  }
  ::millrace::Uuid id(const std::string& name) const { return ids_.at(name); }
  // The name of a topic that an answer has named in either way; "" for one that was not asked for.
  std::string name(std::string_view given, const ::millrace::Uuid& id) const {
    if (!given.empty()) return std::string(given);
    const auto same = [&](const auto& known) { return known.second == id; };
    const auto at = std::ranges::find_if(ids_, same);
    return at == ids_.end() ? std::string() : at->first;
  }

 private:
  std::map<std::string, ::millrace::Uuid> ids_;
};

// Calls `visit` (name, id, partition part) for every partition of the answer, whichever version it has.
template <typename Visit>
void each_partition(const OffsetFetchResponse& answer, Visit visit) {
  for (const auto& topic : answer.topics) {
    for (const auto& part : topic.partitions) visit(topic.name, ::millrace::Uuid(), part);
  }
  for (const auto& group : answer.groups) {
    for (const auto& topic : group.topics) {
      for (const auto& part : topic.partitions) visit(topic.name, topic.topic_id, part);
    }
  }
}

// The first error, that of the whole before those of partitions.
Errc error_of(const OffsetFetchResponse& answer) {
  Errc found = protocol::from_wire(answer.error_code);
  for (const auto& group : answer.groups) {
    if (found == Errc::none) found = protocol::from_wire(group.error_code);
  }
  each_partition(answer, [&](std::string_view, const ::millrace::Uuid&, const auto& part) {
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

Offsets offsets_of(const OffsetFetchResponse& answer, const TopicNames& names) {
  Offsets offsets;
  each_partition(answer, [&](std::string_view name, const ::millrace::Uuid& id, const auto& part) {
    std::string topic = names.name(name, id);
    if (part.committed_offset < 0 || topic.empty()) return;
    OffsetAndMetadata& to = offsets[{std::move(topic), part.partition_index}];
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
    TopicNames names;
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
    for (const auto& [name, indexes] : asked->topics) {
      auto& topic = group.topics->emplace_back();
      topic.partition_indexes = indexes;
      if (version < kIdsSince) {
        topic.name = name;
      } else {
        topic.topic_id = asked->names.id(name);
      }
    }
    return request;
  };
  send_until<OffsetFetchResponse, OffsetFetchRequest>(
      cluster, Target::coordinator(CoordinatorType::group, group_id), make,
      [](const Answer<OffsetFetchResponse>& answer) { return error_of(answer.body); }, RetryOptions{timeout},
      [group_id, asked, done = std::move(done)](Result<Answer<OffsetFetchResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        const Errc code = error_of(answer->body);
        if (code != Errc::none) return done(broker_error(code, "asking for positions of group " + group_id));
        done(offsets_of(answer->body, asked->names));
      },
      [&cluster, asked] {
        return asked->names.look_up(*cluster.view(), std::views::keys(asked->topics),
                                    Cluster::stable_versions(protocol::ApiKey::offset_fetch));
      });
}

void commit_offsets(Cluster& cluster, GroupIdentity who, Offsets offsets, Millis timeout, Callback<void(Status)> done) {
  struct Asked {
    GroupIdentity who;
    Offsets offsets;
    TopicNames names;
  };
  auto asked = std::make_shared<Asked>(Asked{std::move(who), std::move(offsets), {}});
  const auto make = [asked](std::int16_t version) {
    OffsetCommitRequest request;
    request.group_id = asked->who.group_id;
    request.generation_id_or_member_epoch = asked->who.generation;
    request.member_id = asked->who.member_id;
    if (version >= 7 && asked->who.instance_id) request.group_instance_id = *asked->who.instance_id;
    const std::string* last = nullptr;
    for (const auto& [key, position] : asked->offsets) {
      if (last == nullptr || *last != key.topic) {
        last = &key.topic;
        auto& topic = request.topics.emplace_back();
        if (version < kIdsSince) {
          topic.name = key.topic;
        } else {
          topic.topic_id = asked->names.id(key.topic);
        }
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
      [&cluster, asked] {
        const auto topic_of = [](const auto& entry) -> const std::string& { return entry.first.topic; };
        return asked->names.look_up(*cluster.view(), asked->offsets | std::views::transform(topic_of),
                                    Cluster::stable_versions(protocol::ApiKey::offset_commit));
      });
}

}  // namespace millrace::client
