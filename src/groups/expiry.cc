#include <utility>

#include "groups/admin/subscription.h"
#include "groups/group_partition.h"
#include "groups/modern.h"
#include "groups/records.h"

// Offsets that nobody has needed for offsets.retention.minutes, and the groups that are empty without them (KIP-211).
namespace millrace::groups {

namespace {

// From when on the retention of an offset counts.
enum class Basis : std::uint8_t {
  never,       // it does not expire
  commit,      // since it was committed
  last_state,  // since the group lost its last member, where that is known
};

Basis basis_of(const classic::ClassicGroup* group) {
  if (group == nullptr || !group->protocol_type) return Basis::commit;  // whoever commits is no member
  if (group->phase == classic::Phase::empty) return Basis::last_state;
  const bool known = group->phase == classic::Phase::stable && admin::subscribed_topics(*group).has_value();
  return known ? Basis::commit : Basis::never;
}

bool is_over(const StoredOffset& offset, WallTime since, WallTime now, Millis retention) {
  if (offset.expires_at != kNoTime) return now >= offset.expires_at;
  return now.value() - since.value() >= retention.value();
}

}  // namespace

void GroupPartition::plan_expiry() {
  expiry_ = environment_.timers.at(environment_.clock.now() + environment_.settings.retention_check_interval,
                                   [this] {
                                     expire();
                                     plan_expiry();
                                   });
}

void GroupPartition::expire() {
  std::vector<std::pair<std::string, GroupKind>> groups(store_.kinds().newest().begin(),
                                                        store_.kinds().newest().end());
  std::size_t offsets = 0, gone = 0;
  for (const auto& [id, kind] : groups) {
    if (kind == GroupKind::share) continue;  // they live until they are deleted
    std::vector<coordinator::Record> records;
    const bool classic = kind == GroupKind::classic;
    const bool nothing_left = classic ? expire_offsets(id, records) : expire_modern(id, kind, records);
    offsets += records.size();
    if (nothing_left && may_remove(id) == Errc::none) {
      ++gone;
      remove(id, [](Errc) {});
    } else if (!records.empty()) {
      runtime_.write(std::move(records), [](Result<void, coordinator::WriteError>) {});
    }
  }
  if (offsets + gone == 0) return;
  environment_.logger.info(name_ + ": " + std::to_string(offsets) + " offsets and " + std::to_string(gone) +
                           " groups have expired");
}

bool GroupPartition::expire_offsets(const std::string& id, std::vector<coordinator::Record>& records) const {
  const classic::ClassicGroup* group = find(id);
  const Basis basis = basis_of(group);
  const WallTime now = environment_.clock.wall();
  const WallTime state = basis == Basis::last_state ? group->phase_since : kNoTime;
  const auto topics = group == nullptr ? std::nullopt : admin::subscribed_topics(*group);
  bool all = true;
  store_.each_offset(id, [&](const OffsetKey& key, const StoredOffset& offset) {
    const bool read = group != nullptr && (topics ? topics->contains(key.topic) : admin::of_consumers(*group));
    const WallTime since = state != kNoTime ? state : offset.committed_at;
    const bool over = basis != Basis::never && !read && is_over(offset, since, now, environment_.settings.retention) &&
                      !store_.is_pending({key.group, key.topic, key.partition});
    if (over) records.push_back(offset_tombstone(key));
    all = all && over;
  });
  return all && !store_.has_pending(id);
}

// A group of a newer protocol that has members keeps its offsets.
bool GroupPartition::expire_modern(const std::string& id, GroupKind kind,
                                   std::vector<coordinator::Record>& records) const {
  if (!read_modern(store_, id, kind, false).members.empty()) return false;
  const WallTime now = environment_.clock.wall();
  bool all = true;
  store_.each_offset(id, [&](const OffsetKey& key, const StoredOffset& offset) {
    const bool over = is_over(offset, offset.committed_at, now, environment_.settings.retention) &&
                      !store_.is_pending({key.group, key.topic, key.partition});
    if (over) records.push_back(offset_tombstone(key));
    all = all && over;
  });
  return all && !store_.has_pending(id);
}

}  // namespace millrace::groups
