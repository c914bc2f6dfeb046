#include <iterator>
#include <memory>
#include <utility>

#include "groups/answers.h"
#include "groups/group_partition.h"
#include "groups/modern.h"
#include "groups/offsets/fetch.h"

// The requests, from their messages to transitions and back. One function per API.
namespace millrace::groups {

namespace {

constexpr std::int16_t kJoinWithKnownId = 4;         // KIP-394
constexpr std::int16_t kJoinMaySkipAssignment = 9;   // KIP-814
constexpr std::int16_t kJoinWithRebalanceTimeout = 1;

classic::JoinInput join_input(const Incoming<protocol::JoinGroupRequest>& request, ports::Random& random) {
  const protocol::JoinGroupRequest& body = request.body;
  classic::JoinInput input;
  input.member_id = body.member_id;
  if (body.group_instance_id) input.instance_id = *body.group_instance_id;
  input.client_id = request.client_id;
  input.client_host = request.client_host;
  input.session_timeout = Millis(body.session_timeout_ms);
  input.rebalance_timeout =
      Millis(request.version < kJoinWithRebalanceTimeout ? body.session_timeout_ms : body.rebalance_timeout_ms);
  input.protocol_type = body.protocol_type;
  for (const auto& protocol : body.protocols) {
    input.protocols.push_back({std::string(protocol.name), Buffer::copy_of(protocol.metadata)});
  }
  if (input.member_id.empty()) {
    input.fresh_id = input.instance_id.value_or(request.client_id) + "-" + random.uuid().hex();
  }
  input.returns_with_id = request.version >= kJoinWithKnownId;
  input.may_skip_assignment = request.version >= kJoinMaySkipAssignment;
  return input;
}

classic::SyncInput sync_input(const protocol::SyncGroupRequest& body) {
  classic::SyncInput input;
  input.member_id = body.member_id;
  if (body.group_instance_id) input.instance_id = *body.group_instance_id;
  input.generation = body.generation_id;
  if (body.protocol_type) input.protocol_type = *body.protocol_type;
  if (body.protocol_name) input.protocol = *body.protocol_name;
  for (const auto& given : body.assignments) {
    input.assignments[std::string(given.member_id)] = Buffer::copy_of(given.assignment);
  }
  return input;
}

}  // namespace

void GroupPartition::join(const Incoming<protocol::JoinGroupRequest>& request, Reply reply) {
  const std::string group(request.body.group_id);
  const classic::JoinInput input = join_input(request, environment_.random);
  std::vector<Outgoing> answers;
  const classic::ClassicGroup* known = find(group);
  const bool exists = known != nullptr || store_.has(group);
  const Errc refused = classic_join_error(group, input.member_id.empty());
  if (refused != Errc::none) {
    classic::JoinAnswer answer;
    answer.error = refused;
    answer.member_id = input.member_id;
    answers.push_back({std::move(reply), request.version, encode_join(answer, request.version), nullptr});
    return send_later(std::move(answers));
  }
  if (known == nullptr) {
    classic::ClassicGroup fresh;
    fresh.id = group;
    fresh.phase_since = environment_.clock.wall();
    known = &groups_.emplace(group, std::move(fresh)).first->second;
  }
  const bool converts = store_.has(group) && *store_.kinds().find(group) != GroupKind::classic;
  classic::JoinDecision decision = classic::join(*known, !exists || converts, input, context());
  if (converts) {
    std::vector<coordinator::Record> records = store_.modern_removal(group);
    records.insert(records.end(), std::make_move_iterator(decision.records.begin()),
                   std::make_move_iterator(decision.records.end()));
    decision.records = std::move(records);
  }
  if (decision.answer) {
    answers.push_back(
        {std::move(reply), request.version, encode_join(*decision.answer, request.version), encode_join_error});
  } else {
    park(joins_, {group, decision.waits_as}, {std::move(reply), request.version}, encode_join_error);
  }
  apply(group, std::move(decision), std::move(answers));
}

// A group that is no classic one becomes one while it is empty; its offsets stay. KIP-848 lets clients of both
// protocols meet in one group, which needs the newer protocol's coordinator.
Errc GroupPartition::classic_join_error(const std::string& group, bool is_new_member) const {
  const GroupKind* kind = store_.kinds().find(group);
  if (kind == nullptr || *kind == GroupKind::classic) {
    return kind == nullptr && find(group) == nullptr && !is_new_member ? Errc::unknown_member_id : Errc::none;
  }
  const bool empty = read_modern(store_, group, *kind, false).members.empty();
  if (*kind != GroupKind::consumer || !empty) return Errc::inconsistent_group_protocol;
  return is_new_member ? Errc::none : Errc::unknown_member_id;
}

void GroupPartition::sync(const Incoming<protocol::SyncGroupRequest>& request, Reply reply) {
  const std::string group(request.body.group_id);
  std::vector<Outgoing> answers;
  const classic::ClassicGroup* known = find(group);
  if (known == nullptr) {
    answers.push_back({std::move(reply), request.version,
                       encode_sync_error(Errc::unknown_member_id, request.version), nullptr});
    return send_later(std::move(answers));
  }
  const classic::SyncInput input = sync_input(request.body);
  classic::SyncDecision decision = classic::sync(*known, input, context());
  if (decision.answer) {
    answers.push_back(
        {std::move(reply), request.version, encode_sync(*decision.answer, request.version), encode_sync_error});
  } else {
    park(syncs_, {group, input.member_id}, {std::move(reply), request.version}, encode_sync_error);
  }
  apply(group, std::move(decision), std::move(answers));
}

void GroupPartition::heartbeat(const Incoming<protocol::HeartbeatRequest>& request, Reply reply) {
  const protocol::HeartbeatRequest& body = request.body;
  classic::HeartbeatDecision decision;
  decision.answer = Errc::unknown_member_id;
  if (const classic::ClassicGroup* known = find(body.group_id)) {
    decision = classic::heartbeat(*known, body.member_id, body.group_instance_id, body.generation_id);
  }
  std::vector<Outgoing> answers;
  answers.push_back({std::move(reply), request.version, encode_heartbeat(decision.answer, request.version), nullptr});
  apply(std::string(body.group_id), std::move(decision), std::move(answers));
}

void GroupPartition::leave(const Incoming<protocol::LeaveGroupRequest>& request, Reply reply) {
  const std::vector<classic::Leaving> members = leaving_members(request.body, request.version);
  classic::LeaveDecision decision;
  if (const classic::ClassicGroup* known = find(request.body.group_id)) {
    decision = classic::leave(*known, members, context());
  } else {
    decision.answers.assign(members.size(), Errc::unknown_member_id);
  }
  std::vector<Outgoing> answers;
  answers.push_back({std::move(reply), request.version, encode_leave(members, decision.answers, request.version),
                     encode_leave_error});
  apply(std::string(request.body.group_id), std::move(decision), std::move(answers));
}

void GroupPartition::commit_offsets(const Incoming<protocol::OffsetCommitRequest>& request, offsets::Commit commit,
                                    Reply reply) {
  const protocol::OffsetCommitRequest& body = request.body;
  const std::string group(body.group_id);
  const classic::ClassicGroup* known = find(group);
  const GroupKind* kind = store_.kinds().find(group);
  const bool modern = kind != nullptr && *kind != GroupKind::classic;
  const Errc invalid = modern ? validate_modern_commit(read_modern(store_, group, *kind, false), body.member_id,
                                                       body.generation_id_or_member_epoch, request.version)
                              : offsets::validate_commit(known, known != nullptr || kind != nullptr, body,
                                                         request.version);
  std::vector<Outgoing> answers;
  std::vector<coordinator::Record> records;
  if (invalid == Errc::none) records = commit.decide(environment_.settings, environment_.clock.wall());
  if (records.empty()) {
    answers.push_back({std::move(reply), request.version, commit.answer(invalid), nullptr});
    return send_later(std::move(answers));
  }
  // Who commits is alive.
  if (const classic::Member* member = known == nullptr ? nullptr : known->member(body.member_id)) {
    set_timer(group, {classic::TimerKind::session, member->id, member->session_timeout, std::nullopt, -1});
  }
  runtime_.write(std::move(records), [commit = std::move(commit), reply = std::move(reply)](
                                         Result<void, coordinator::WriteError> result) mutable {
    reply(commit.answer(result.ok() ? Errc::none : to_errc(result.error())));
  });
}

void GroupPartition::fetch_offsets(OffsetQuery query, Callback<void(OffsetAnswer)> reply) {
  if (!query.require_stable) {
    environment_.timers.at_turn_end(
        [answer = offsets::fetch(store_, query, environment_.topics), reply = std::move(reply)]() mutable {
          reply(std::move(answer));
        });
    return;
  }
  // What was decided before must be seen: the answer waits until it is committed.
  runtime_.write({}, [this, alive = alive_, query = std::move(query),
                      reply = std::move(reply)](Result<void, coordinator::WriteError> result) mutable {
    if (!result.ok() || !*alive) {
      const Errc error = result.ok() ? Errc::not_coordinator : to_errc(result.error());
      return reply(offsets::fetch_error(query, error));
    }
    reply(offsets::fetch(store_, query, environment_.topics));
  });
}

}  // namespace millrace::groups
