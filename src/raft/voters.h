#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::raft {

// One replica of the metadata log: a node, and the directory that holds its copy. A node that comes back with another
// directory is another voter (KIP-853). The directory is zero where the quorum is configured statically
// (controller.quorum.voters, kraft.version 0).
struct ReplicaKey {
  NodeId id = kNoNode;
  Uuid directory_id;
  friend auto operator<=>(const ReplicaKey&, const ReplicaKey&) = default;
};

// Where a voter listens, by name of the listener.
struct VoterEndpoint {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const VoterEndpoint&, const VoterEndpoint&) = default;
};

struct Voter {
  ReplicaKey key;
  std::vector<VoterEndpoint> endpoints;
  std::int16_t min_kraft_version = 0;  // levels of kraft.version that the voter can work with
  std::int16_t max_kraft_version = 1;
  friend bool operator==(const Voter&, const Voter&) = default;
};

// Who votes in the metadata quorum; ordered by node. A value: copied and compared freely.
class VoterSet {
 public:
  VoterSet() = default;
  // Of several voters with the same node the first one counts.
  explicit VoterSet(std::vector<Voter> voters);

  // Null if the node has no vote.
  const Voter* find(NodeId id) const;
  // Whether `key` has a vote. A zero directory on either side matches any: kraft.version 0 knows none.
  bool contains(const ReplicaKey& key) const;
  const std::vector<Voter>& voters() const { return voters_; }
  std::vector<ReplicaKey> keys() const;
  std::size_t size() const { return voters_.size(); }
  bool empty() const { return voters_.empty(); }
  // How many are more than half.
  std::size_t majority() const { return voters_.size() / 2 + 1; }
  friend bool operator==(const VoterSet&, const VoterSet&) = default;

 private:
  std::vector<Voter> voters_;
};

// The greatest offset that more than half of the voters have reached, given how far each one has. Everything below it
// survives the loss of any minority. Precondition: `reached` is not empty.
Offset majority_offset(std::vector<Offset> reached);

}  // namespace millrace::raft
