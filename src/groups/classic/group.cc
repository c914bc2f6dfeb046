#include "groups/classic/group.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "coordinator/partition_choice.h"

namespace millrace::groups::classic {

namespace {

constexpr std::size_t kJavaTableSize = 16;  // buckets of a new java.util.HashMap; it doubles above 3/4

// The bucket of a text in a java.util.HashMap that holds `count` texts.
std::size_t java_bucket(std::string_view text, std::size_t count) {
  std::size_t buckets = kJavaTableSize;
  while (4 * count > 3 * buckets) buckets *= 2;
  const auto hash = static_cast<std::uint32_t>(coordinator::java_string_hash(text));
  return (hash ^ (hash >> 16)) & (buckets - 1);
}

MemberPtr restored(const StoredGroup& group, const StoredMember& stored) {
  auto member = std::make_shared<Member>();
  member->id = stored.id;
  member->instance_id = stored.instance_id;
  member->client_id = stored.client_id;
  member->client_host = stored.client_host;
  member->rebalance_timeout = stored.rebalance_timeout;
  member->session_timeout = stored.session_timeout;
  member->protocols.push_back({group.protocol.value_or(""), stored.subscription});
  member->assignment = stored.assignment;
  return member;
}

}  // namespace

const char* to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::empty: return "Empty";
    case Phase::preparing: return "PreparingRebalance";
    case Phase::completing: return "CompletingRebalance";
    case Phase::stable: return "Stable";
  }
  return "";
}

Bytes Member::metadata_for(std::string_view protocol) const {
  for (const Protocol& known : protocols) {
    if (known.name == protocol) return known.metadata.bytes();
  }
  return {};
}

bool Member::knows(std::string_view protocol) const {
  return std::any_of(protocols.begin(), protocols.end(), [&](const Protocol& p) { return p.name == protocol; });
}

bool Member::same_protocols(const std::vector<Protocol>& others) const {
  return std::equal(protocols.begin(), protocols.end(), others.begin(), others.end(),
                    [](const Protocol& a, const Protocol& b) {
                      return a.name == b.name && same_bytes(a.metadata.bytes(), b.metadata.bytes());
                    });
}

ClassicGroup ClassicGroup::from(const std::string& id, const StoredGroup& stored) {
  ClassicGroup group;
  group.id = id;
  group.phase = stored.members.empty() ? Phase::empty : Phase::stable;
  group.previous = Phase::empty;
  group.phase_since = stored.since;
  group.generation = stored.generation;
  if (!stored.protocol_type.empty()) group.protocol_type = stored.protocol_type;
  group.protocol = stored.protocol;
  group.leader = stored.leader;
  for (const StoredMember& member : stored.members) {
    group.members.push_back(restored(stored, member));
    if (member.instance_id) group.static_members[*member.instance_id] = member.id;
  }
  std::sort(group.members.begin(), group.members.end(),
            [](const MemberPtr& a, const MemberPtr& b) { return a->id < b->id; });
  return group;
}

const Member* ClassicGroup::member(std::string_view member_id) const {
  const auto at = std::lower_bound(members.begin(), members.end(), member_id,
                                   [](const MemberPtr& one, std::string_view wanted) { return one->id < wanted; });
  return at == members.end() || (*at)->id != member_id ? nullptr : at->get();
}

const std::string* ClassicGroup::member_of(std::string_view instance_id) const {
  const auto found = static_members.find(std::string(instance_id));
  return found == static_members.end() ? nullptr : &found->second;
}

Millis ClassicGroup::rebalance_timeout() const {
  Millis longest{0};
  for (const MemberPtr& one : members) longest = std::max(longest, one->rebalance_timeout);
  return longest;
}

bool ClassicGroup::supports(std::string_view type, const std::vector<Protocol>& protocols) const {
  if (phase == Phase::empty) return !type.empty() && !protocols.empty();
  if (!protocol_type || *protocol_type != type) return false;
  return std::any_of(protocols.begin(), protocols.end(), [&](const Protocol& offered) {
    return std::all_of(members.begin(), members.end(),
                       [&](const MemberPtr& one) { return one->knows(offered.name); });
  });
}

std::string ClassicGroup::select_protocol() const {
  MR_ASSERT(!members.empty());
  std::vector<std::pair<std::string, std::size_t>> votes;  // in order of the first vote
  std::vector<std::string> candidates;
  for (const Protocol& offered : members.front()->protocols) {
    const bool all = std::all_of(members.begin(), members.end(),
                                 [&](const MemberPtr& one) { return one->knows(offered.name); });
    if (all) candidates.push_back(offered.name);
  }
  for (const MemberPtr& voter : members) {
    const auto choice = std::find_if(voter->protocols.begin(), voter->protocols.end(), [&](const Protocol& p) {
      return std::find(candidates.begin(), candidates.end(), p.name) != candidates.end();
    });
    if (choice == voter->protocols.end()) continue;
    const auto counted =
        std::find_if(votes.begin(), votes.end(), [&](const auto& vote) { return vote.first == choice->name; });
    if (counted == votes.end()) {
      votes.emplace_back(choice->name, 1);
    } else {
      ++counted->second;
    }
  }
  MR_ASSERT(!votes.empty());
  const auto best = std::min_element(votes.begin(), votes.end(), [&](const auto& a, const auto& b) {
    if (a.second != b.second) return a.second > b.second;
    return java_bucket(a.first, votes.size()) < java_bucket(b.first, votes.size());
  });
  return best->first;
}

StoredGroup ClassicGroup::stored(const std::map<std::string, Buffer>* assignments) const {
  StoredGroup record;
  record.protocol_type = protocol_type.value_or("");
  record.generation = generation;
  record.protocol = protocol;
  record.leader = leader;
  record.since = phase_since;
  for (const MemberPtr& one : members) {
    StoredMember entry;
    entry.id = one->id;
    entry.instance_id = one->instance_id;
    entry.client_id = one->client_id;
    entry.client_host = one->client_host;
    entry.rebalance_timeout = one->rebalance_timeout;
    entry.session_timeout = one->session_timeout;
    entry.subscription = Buffer::copy_of(protocol ? one->metadata_for(*protocol) : Bytes());
    entry.assignment = one->assignment;
    if (assignments != nullptr) {
      const auto given = assignments->find(one->id);
      entry.assignment = given == assignments->end() ? Buffer() : given->second;
    }
    record.members.push_back(std::move(entry));
  }
  return record;
}

}  // namespace millrace::groups::classic
