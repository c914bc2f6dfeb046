#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/consumer/consumer.h"
#include "sim/checkers/group_reads.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

// The consumer of the C++ client, a member of a group: polls, commits in every way there is, leaves and comes back,
// dawdles, pauses partitions. What a poll has brought counts as processed when the next one begins.
class CoreConsumer final : public ports::App {
 public:
  CoreConsumer(ports::Shard& shard, Stage& stage, GroupReads& reads, Prng prng, Prng group, std::uint32_t number);

  void start() override;
  // Leaves the group.
  void stop(Task stopped) override;
  // Nothing is left to read of the partitions that it has, and it belongs to the group.
  bool settled() const;
  // What it reads and where, for a trace.
  std::string describe() const;

 private:
  using Places = std::vector<std::pair<PartitionName, std::int64_t>>;

  void subscribe();
  void next();
  void poll();
  void polled(client::Result<client::Polled> got);
  void hear(const client::RebalanceEvent& event);
  void take(const client::ConsumerRecords& records);
  void count_as_processed();
  void act();
  void commit_processed();
  void commit_places();
  bool bearable(const client::Error& why);

  ports::Shard& shard_;
  Stage& stage_;
  GroupReads& reads_;
  Prng prng_;
  const Prng group_;
  const std::uint32_t number_;
  bool listening_ = false;
  bool stopping_ = false;
  Places handed_;                            // by the last poll
  std::map<PartitionName, std::int64_t> at_;  // behind what was handed out of each partition since it was assigned
  std::unique_ptr<client::ConsumerCore> core_;
};

}  // namespace millrace::sim
