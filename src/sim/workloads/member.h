#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/gen/join_group.h"
#include "protocol/gen/offset_fetch.h"
#include "protocol/gen/sync_group.h"
#include "sim/checkers/group_history.h"
#include "sim/workloads/client.h"

namespace millrace::sim {

// A member of the one consumer group: joins, shares the partitions out if it leads, commits, looks up what is
// committed, leaves and joins again. After its connection broke it joins as somebody new: what it had sent under the
// old name may still arrive, and must not count by then.
class Member final : public Client {
 public:
  Member(ports::Shard& shard, Stage& stage, GroupHistory& groups, Prng prng, std::uint32_t index);

  // Has had its share, and has seen what was committed, since nothing fails any more.
  bool settled() const { return settled_; }

 protected:
  void work() override;
  void reconnected() override;

 private:
  enum class Step : std::uint8_t { find, join, look_up, take_part };

  void find();
  void join();
  void joined(const protocol::JoinGroupResponse* answer);
  void sync(const protocol::JoinGroupResponse& answer);
  void synced(const protocol::SyncGroupResponse* answer);
  void look_up();
  void looked_up(const protocol::OffsetFetchResponse* answer, const std::vector<std::int64_t>& marks);
  void compare(std::string_view topic, Uuid id, std::int32_t index, std::int64_t offset, std::int16_t error,
               const std::vector<std::int64_t>& marks);
  void commit();
  void heartbeat();
  void leave();
  // Goes on, or joins anew when the answer says that it must.
  void after(bool answered, std::int16_t error);

  GroupHistory& groups_;
  const std::vector<PartitionName> partitions_;
  Step step_ = Step::find;
  std::string id_;
  std::int32_t generation_ = -1;
  std::vector<PartitionName> mine_;
  bool settled_ = false;
};

}  // namespace millrace::sim
