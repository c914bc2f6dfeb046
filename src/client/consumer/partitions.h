#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "client/metadata.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// Special times of ListOffsets.
inline constexpr std::int64_t kLatestTime = -1;
inline constexpr std::int64_t kEarliestTime = -2;

// One partition that this consumer reads.
struct AssignedPartition {
  enum class State : std::uint8_t {
    new_here,   // its committed position is to be asked for
    resetting,  // the offset of `reset_to` is to be asked for
    ready,      // has a position
    lost,       // nobody knows where to begin: auto.offset.reset is none
  };
  std::shared_ptr<const std::string> topic;
  std::int32_t partition = 0;
  State state = State::new_here;
  std::int64_t reset_to = kLatestTime;
  bool asking = false;       // for what `state` says
  bool revoking = false;     // nothing is handed out any more
  bool paused = false;
  std::uint64_t turn = 0;    // grows whenever the position jumps: answers of an older turn mean nothing, nor do those
                             // of an earlier assignment of the same partition
  Offset position;           // of the next record to hand out
  LeaderEpoch position_epoch = kNoEpoch;  // of the record before it
  Offset next_fetch;         // behind everything that is buffered
  std::size_t buffered = 0;  // received bytes that have not been handed out
  MonoTime not_before;       // of the next fetch, after an error
  std::int64_t high_watermark = -1;
  std::int64_t last_stable = -1;
  std::int64_t log_start = -1;
  NodeId preferred = kNoNode;  // the replica that its leader has named (KIP-392)
  MonoTime preferred_until;

  TopicPartition key() const { return {*topic, partition}; }
  // Jumps there.
  void move_to(Offset offset, LeaderEpoch epoch) {
    ++turn;
    state = State::ready;
    asking = false;
    position = next_fetch = offset;
    position_epoch = epoch;
    buffered = 0;
  }
  // Has no position until the offset of that time is known.
  void reset(std::int64_t time) {
    ++turn;
    state = State::resetting;
    asking = false;
    reset_to = time;
    buffered = 0;
  }
};
using AssignedPtr = std::shared_ptr<AssignedPartition>;

// All of them. Belongs to one shard.
class Partitions {
 public:
  // Adds one that is not there yet.
  AssignedPtr add(const TopicPartition& key) {
    auto fresh = std::make_shared<AssignedPartition>();
    fresh->topic = std::make_shared<const std::string>(key.topic);
    fresh->partition = key.partition;
    fresh->turn = ++assignments_ << 32U;
    return all_.emplace(key, std::move(fresh)).first->second;
  }
  void remove(const TopicPartition& key) {
    const auto at = all_.find(key);
    if (at == all_.end()) return;
    ++at->second->turn;
    all_.erase(at);
  }
  // Null if it is not there.
  AssignedPtr find(const TopicPartition& key) const {
    const auto at = all_.find(key);
    return at == all_.end() ? nullptr : at->second;
  }
  const std::map<TopicPartition, AssignedPtr>& all() const { return all_; }
  std::vector<TopicPartition> keys() const {
    std::vector<TopicPartition> keys;
    for (const auto& [key, partition] : all_) keys.push_back(key);
    return keys;
  }

 private:
  std::map<TopicPartition, AssignedPtr> all_;
  std::uint64_t assignments_ = 0;
};

}  // namespace millrace::client
