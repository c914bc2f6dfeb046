#include "raft/voters.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"

namespace millrace::raft {

VoterSet::VoterSet(std::vector<Voter> voters) : voters_(std::move(voters)) {
  std::stable_sort(voters_.begin(), voters_.end(),
                   [](const Voter& a, const Voter& b) { return a.key.id < b.key.id; });
  const auto same_node = [](const Voter& a, const Voter& b) { return a.key.id == b.key.id; };
  voters_.erase(std::unique(voters_.begin(), voters_.end(), same_node), voters_.end());
}

const Voter* VoterSet::find(NodeId id) const {
  for (const Voter& voter : voters_) {
    if (voter.key.id == id) return &voter;
  }
  return nullptr;
}

bool VoterSet::contains(const ReplicaKey& key) const {
  const Voter* voter = find(key.id);
  if (voter == nullptr) return false;
  const Uuid& known = voter->key.directory_id;
  return known.is_zero() || key.directory_id.is_zero() || known == key.directory_id;
}

std::vector<ReplicaKey> VoterSet::keys() const {
  std::vector<ReplicaKey> keys;
  for (const Voter& voter : voters_) keys.push_back(voter.key);
  return keys;
}

Offset majority_offset(std::vector<Offset> reached) {
  MR_ASSERT(!reached.empty());
  std::sort(reached.begin(), reached.end(), [](Offset a, Offset b) { return b < a; });
  return reached[reached.size() / 2];
}

}  // namespace millrace::raft
