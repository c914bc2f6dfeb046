#include "groups/group_partition.h"

#include "base/assert.h"
#include "groups/answers.h"

namespace millrace::groups {

Errc to_errc(coordinator::WriteError error) {
  switch (error) {
    case coordinator::WriteError::not_leader:
    case coordinator::WriteError::storage: return Errc::not_coordinator;
    case coordinator::WriteError::not_enough_replicas:
    case coordinator::WriteError::timed_out: return Errc::coordinator_not_available;
    case coordinator::WriteError::too_large: return Errc::unknown_server_error;
  }
  return Errc::unknown_server_error;
}

GroupPartition::GroupPartition(const GroupEnvironment& environment, PartitionIndex partition,
                               std::unique_ptr<coordinator::PartitionLog> log)
    : environment_(environment),
      name_(std::string(kOffsetsTopic) + "-" + std::to_string(partition.value())),
      store_(environment.logger),
      timers_(environment.clock, environment.timers),
      runtime_(store_, std::move(log), environment.clock, environment.timers, environment.logger,
               {.name = name_,
                .answer_timeout = environment.settings.offsets_commit_timeout,
                .load_bytes = static_cast<std::uint64_t>(environment.settings.load_buffer_bytes),
                .codec = environment.settings.offsets_codec}) {}

GroupPartition::~GroupPartition() {
  *alive_ = false;
  environment_.timers.cancel(expiry_);
}

void GroupPartition::load() {
  runtime_.load([this](coordinator::Runtime::State state) { on_loaded(state); });
}

void GroupPartition::on_loaded(coordinator::Runtime::State state) {
  if (state != coordinator::Runtime::State::active) return;
  for (const auto& [id, stored] : store_.groups().newest()) {
    if (*store_.kinds().find(id) == GroupKind::classic) groups_.emplace(id, classic::ClassicGroup::from(id, stored));
  }
  for (const auto& [id, stored] : store_.groups().newest()) {
    if (find(id) != nullptr) apply(id, classic::loaded(*find(id), context()), {});
  }
  plan_expiry();
  if (store_.kinds().newest().empty()) return;
  environment_.logger.info(name_ + ": coordinates " + std::to_string(store_.kinds().newest().size()) +
                           " groups and " + std::to_string(store_.offsets().newest().size()) + " committed offsets");
}

void GroupPartition::close() {
  timers_.clear();
  environment_.timers.cancel(expiry_);
  std::vector<Outgoing> waiting;
  for (auto& [key, parked] : joins_) {
    waiting.push_back({std::move(parked.reply), parked.version,
                       encode_join_error(Errc::not_coordinator, parked.version), nullptr});
  }
  for (auto& [key, parked] : syncs_) {
    waiting.push_back({std::move(parked.reply), parked.version,
                       encode_sync_error(Errc::not_coordinator, parked.version), nullptr});
  }
  joins_.clear();
  syncs_.clear();
  send_later(std::move(waiting));
  runtime_.close();
  *alive_ = false;
}

Errc GroupPartition::ready() const {
  switch (runtime_.state()) {
    case coordinator::Runtime::State::active: return Errc::none;
    case coordinator::Runtime::State::loading: return Errc::coordinator_load_in_progress;
    case coordinator::Runtime::State::failed:
    case coordinator::Runtime::State::closed: return Errc::not_coordinator;
  }
  return Errc::not_coordinator;
}

const classic::ClassicGroup* GroupPartition::find(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

// Runs a decision. The group and the timers change now, so that the next request meets what was decided; answers leave
// when the decision's own records are committed. A decision without records promises nothing that could be lost.
void GroupPartition::apply(const std::string& group, classic::Decision decision, std::vector<Outgoing> answers) {
  if (decision.next) groups_.insert_or_assign(group, std::move(*decision.next));
  for (const classic::TimerOrder& order : decision.timers) set_timer(group, order);
  for (auto& [member, answer] : decision.joins) {
    unpark(joins_, {group, member}, answers, {nullptr, 0, Buffer(), encode_join_error});
    answers.back().body = encode_join(answer, answers.back().version);
  }
  for (auto& [member, answer] : decision.syncs) {
    unpark(syncs_, {group, member}, answers, {nullptr, 0, Buffer(), encode_sync_error});
    answers.back().body = encode_sync(answer, answers.back().version);
  }
  if (decision.records.empty()) return send_later(std::move(answers));
  runtime_.write(std::move(decision.records),
                 [this, alive = alive_, group, followup = std::move(decision.followup),
                  answers = std::move(answers)](Result<void, coordinator::WriteError> result) mutable {
                   const Errc error = result.ok() ? Errc::none : to_errc(result.error());
                   send(answers, error);
                   if (*alive) follow_up(group, followup, error);
                 });
}

void GroupPartition::follow_up(const std::string& group, const classic::Followup& followup, Errc result) {
  const classic::ClassicGroup* now = find(group);
  if (now == nullptr) return;
  if (const auto* assigned = std::get_if<classic::AssignmentWritten>(&followup)) {
    apply(group,
          result == Errc::none ? classic::assignment_stored(*now, *assigned, context())
                               : classic::assignment_lost(*now, *assigned, result, context()),
          {});
  } else if (const auto* renamed = std::get_if<classic::StaticMemberWritten>(&followup)) {
    if (result != Errc::none) apply(group, classic::static_member_lost(*now, *renamed, context()), {});
  } else if (std::holds_alternative<classic::GroupWritten>(followup)) {
    if (result == Errc::none) return;
    forget(group, result);
    // A group that was about to be deleted when this one took its place.
    const StoredGroup* stored = store_.groups().find(group);
    if (stored != nullptr) groups_.emplace(group, classic::ClassicGroup::from(group, *stored));
  }
}

// The group never came to be. Whoever waits in it starts again.
void GroupPartition::forget(const std::string& group, Errc why) {
  const classic::ClassicGroup gone = *find(group);
  std::vector<Outgoing> answers;
  for (const classic::MemberPtr& member : gone.members) {
    timers_.cancel({group, classic::TimerKind::session, member->id});
    for (ParkedMap* parked : {&joins_, &syncs_}) {
      if (!parked->contains({group, member->id})) continue;
      const auto error_body = parked == &joins_ ? encode_join_error : encode_sync_error;
      unpark(*parked, {group, member->id}, answers, {nullptr, 0, Buffer(), error_body});
      answers.back().body = error_body(why, answers.back().version);
    }
  }
  for (const std::string& member : gone.pending_joins) timers_.cancel({group, classic::TimerKind::session, member});
  timers_.cancel({group, classic::TimerKind::join, ""});
  timers_.cancel({group, classic::TimerKind::sync, ""});
  groups_.erase(group);
  send_later(std::move(answers));
}

void GroupPartition::set_timer(const std::string& group, const classic::TimerOrder& order) {
  const TimerKey key{group, order.kind, order.member};
  if (!order.delay) return timers_.cancel(key);
  timers_.set(key, *order.delay, [this, group, order] { on_timer(group, order); });
}

void GroupPartition::on_timer(const std::string& group, const classic::TimerOrder& order) {
  const classic::ClassicGroup* now = find(group);
  if (now == nullptr) return;
  switch (order.kind) {
    case classic::TimerKind::session: return apply(group, classic::session_expired(*now, order.member, context()), {});
    case classic::TimerKind::join: return apply(group, classic::join_expired(*now, order.initial, context()), {});
    case classic::TimerKind::sync: return apply(group, classic::sync_expired(*now, order.generation, context()), {});
  }
}

// A request waits for its member. One that has waited there before was given up by its client.
void GroupPartition::park(ParkedMap& parked, const MemberKey& key, Parked request,
                          Buffer (*error_body)(Errc, std::int16_t)) {
  auto [at, first] = parked.try_emplace(key);
  if (!first) {
    std::vector<Outgoing> replaced;
    replaced.push_back({std::move(at->second.reply), at->second.version,
                        error_body(Errc::rebalance_in_progress, at->second.version), nullptr});
    send_later(std::move(replaced));
  }
  at->second = std::move(request);
}

// Moves the request that waits for `key` to `out`, as `answer`.
void GroupPartition::unpark(ParkedMap& parked, const MemberKey& key, std::vector<Outgoing>& out, Outgoing answer) {
  const auto at = parked.find(key);
  MR_ASSERT(at != parked.end());
  answer.reply = std::move(at->second.reply);
  answer.version = at->second.version;
  parked.erase(at);
  out.push_back(std::move(answer));
}

void GroupPartition::send_later(std::vector<Outgoing> answers) {
  if (answers.empty()) return;
  environment_.timers.at_turn_end([answers = std::move(answers)]() mutable { send(answers, Errc::none); });
}

void GroupPartition::send(std::vector<Outgoing>& answers, Errc error) {
  for (Outgoing& answer : answers) {
    const bool failed = error != Errc::none && answer.error_body != nullptr;
    answer.reply(failed ? answer.error_body(error, answer.version) : std::move(answer.body));
  }
  answers.clear();
}

}  // namespace millrace::groups
