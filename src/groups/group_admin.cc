#include <algorithm>
#include <memory>
#include <utility>

#include "groups/admin/subscription.h"
#include "groups/group_partition.h"
#include "groups/modern.h"
#include "groups/offsets/answer_topics.h"
#include "groups/records.h"
#include "protocol/gen/offset_delete.h"
#include "protocol/message.h"

// What administrators ask of the groups of one partition: lists, descriptions, removal.
namespace millrace::groups {

namespace {

Buffer encode_offset_delete_error(Errc error) {
  protocol::OffsetDeleteResponse response;
  response.error_code = to_wire(error);
  return encode_body(response, 0);
}

// Of a group whose first record is still on its way to the disk: its members have their answers already, and must find
// it there.
bool has_members(const classic::ClassicGroup* group) { return group != nullptr && !group->members.empty(); }

}  // namespace

ListedGroup GroupPartition::listed(const std::string& id, GroupKind kind) const {
  if (kind != GroupKind::classic) {
    const ModernGroup group = read_modern(store_, id, kind, true);
    return {id, std::string(group.protocol_type()), std::string(group.state()), to_string(kind)};
  }
  const classic::ClassicGroup* now = find(id);
  if (now == nullptr) return {id, "", classic::to_string(classic::Phase::empty), to_string(kind)};
  return {id, now->protocol_type.value_or(""), classic::to_string(now->phase), to_string(kind)};
}

void GroupPartition::list(const ListQuery& query, std::vector<ListedGroup>& out) const {
  std::size_t committed = 0;
  const auto show = [&](const std::string& id, GroupKind kind) {
    ListedGroup group = listed(id, kind);
    if (query.wants(group.state, group.type)) out.push_back(std::move(group));
  };
  store_.kinds().scan_committed(std::string_view(), [&](const std::string& id, GroupKind kind) {
    ++committed;
    show(id, kind);
    return true;
  });
  if (store_.kinds().newest().size() <= committed) return;
  for (const auto& [id, kind] : store_.kinds().newest()) {
    if (store_.kinds().find_committed(id) == nullptr && has_members(find(id))) show(id, kind);
  }
}

DescribedGroup GroupPartition::describe(const std::string& id) const {
  DescribedGroup described;
  described.id = id;
  const GroupKind* kind = store_.kinds().find_committed(id);
  if (kind == nullptr && has_members(find(id))) kind = store_.kinds().find(id);
  if (kind == nullptr || *kind != GroupKind::classic) {
    described.error = to_wire(Errc::group_id_not_found);
    described.message = "Group " + id + (kind == nullptr ? " not found." : " is not a classic group.");
    described.state = "Dead";
    return described;
  }
  const ListedGroup summary = listed(id, *kind);
  described.state = summary.state;
  described.protocol_type = summary.protocol_type;
  const classic::ClassicGroup* now = find(id);
  if (now == nullptr) return described;
  const bool stable = now->phase == classic::Phase::stable;
  if (stable) described.protocol = now->protocol.value_or("");
  for (const classic::MemberPtr& member : now->members) {
    DescribedGroup::Member& entry = described.members.emplace_back();
    entry.id = member->id;
    entry.instance_id = member->instance_id;
    entry.client_id = member->client_id;
    entry.client_host = member->client_host;
    entry.assignment = member->assignment;  // also while a rebalance is about to change it
    if (stable) entry.metadata = Buffer::copy_of(member->metadata_for(described.protocol));
  }
  return described;
}

Errc GroupPartition::may_remove(const std::string& id) const {
  const GroupKind* kind = store_.kinds().find(id);
  const classic::ClassicGroup* now = find(id);
  if (kind == nullptr && now == nullptr) return Errc::group_id_not_found;
  // The state of a share group lies with another coordinator as well, which this server does not have.
  if (kind != nullptr && *kind == GroupKind::share) return Errc::coordinator_not_available;
  if (kind != nullptr && *kind != GroupKind::classic) {
    return read_modern(store_, id, *kind, false).members.empty() ? Errc::none : Errc::non_empty_group;
  }
  return now == nullptr || now->phase == classic::Phase::empty ? Errc::none : Errc::non_empty_group;
}

// The group is gone at once for whoever comes next; if its records cannot be written, it is there again.
void GroupPartition::remove(const std::string& id, Callback<void(Errc)> done) {
  std::optional<classic::ClassicGroup> before;
  if (const classic::ClassicGroup* now = find(id)) {
    before = *now;
    for (const std::string& pending : now->pending_joins) timers_.cancel({id, classic::TimerKind::session, pending});
    groups_.erase(id);
  }
  runtime_.write(store_.removal(id), [this, alive = alive_, id, before = std::move(before), done = std::move(done)](
                                         Result<void, coordinator::WriteError> result) mutable {
    if (!result.ok() && *alive && before && find(id) == nullptr && store_.groups().find(id) != nullptr) {
      groups_.emplace(id, std::move(*before));
    }
    done(result.ok() ? Errc::none : to_errc(result.error()));
  });
}

void GroupPartition::delete_group(const std::string& id, Callback<void(Errc)> done) {
  const Errc refused = may_remove(id);
  if (refused == Errc::none) return remove(id, std::move(done));
  environment_.timers.at_turn_end([refused, done = std::move(done)]() mutable { done(refused); });
}

void GroupPartition::delete_offsets(const Incoming<protocol::OffsetDeleteRequest>& request, Reply reply) {
  const std::string group(request.body.group_id);
  const GroupKind* kind = store_.kinds().find(group);
  const classic::ClassicGroup* now = find(group);
  Errc error = Errc::none;
  if (kind == nullptr && now == nullptr) error = Errc::group_id_not_found;
  if (kind != nullptr && *kind == GroupKind::share) error = Errc::group_id_not_found;
  const bool active = now != nullptr && now->phase != classic::Phase::empty;
  if (active && !admin::of_consumers(*now)) error = Errc::non_empty_group;
  const bool modern = kind != nullptr && *kind != GroupKind::classic;
  const std::set<std::string, std::less<>> read =
      modern && error == Errc::none ? modern_subscriptions(store_, group) : std::set<std::string, std::less<>>();
  protocol::OffsetDeleteResponse response;
  response.error_code = to_wire(error);
  std::vector<coordinator::Record> records;
  std::vector<offsets::TopicVerdicts> verdicts;
  for (const auto& asked : request.body.topics) {
    if (error != Errc::none) break;
    const std::string_view name = asked.name;
    const auto topic = environment_.topics.by_name(name);
    const bool subscribed = modern ? read.contains(name) : now != nullptr && admin::is_subscribed(*now, name);
    auto& said = verdicts.emplace_back(offsets::TopicVerdicts{name, {}, topic.has_value(), {}});
    for (const auto& partition : asked.partitions) {
      const std::int32_t index = partition.partition_index;
      const bool unknown = !topic || index < 0 || index >= topic->partitions;
      Errc one = subscribed ? Errc::group_subscribed_to_topic : Errc::none;
      if (unknown) one = Errc::unknown_topic_or_partition;
      said.partitions.push_back({index, unknown, one});
      const OffsetKeyView key{group, name, index};
      if (one == Errc::none && (store_.offsets().find(key) != nullptr || store_.is_pending(key))) {
        records.push_back(offset_tombstone({group, std::string(name), index}));
      }
    }
  }
  response.topics = offsets::answer_topics<protocol::OffsetDeleteResponse::OffsetDeleteResponseTopic>(verdicts);
  Buffer body = encode_body(response, request.version);
  if (records.empty()) {
    std::vector<Outgoing> answers;
    answers.push_back({std::move(reply), request.version, std::move(body), nullptr});
    return send_later(std::move(answers));
  }
  runtime_.write(std::move(records), [body = std::move(body), reply = std::move(reply)](
                                         Result<void, coordinator::WriteError> result) mutable {
    reply(result.ok() ? std::move(body) : encode_offset_delete_error(to_errc(result.error())));
  });
}

void GroupPartition::topics_deleted(const std::set<std::string, std::less<>>& topics) {
  std::map<std::string, std::vector<coordinator::Record>> by_group;
  for (const auto& [key, offset] : store_.offsets().newest()) {
    if (topics.contains(key.topic)) by_group[key.group].push_back(offset_tombstone(key));
  }
  for (const auto& [key, offset] : store_.pending().newest()) {
    if (topics.contains(key.of.topic) && store_.offsets().find(key.of) == nullptr) {
      by_group[key.of.group].push_back(offset_tombstone(key.of));
    }
  }
  for (auto& [group, records] : by_group) {
    runtime_.write(std::move(records), [](Result<void, coordinator::WriteError>) {});
  }
}

}  // namespace millrace::groups
