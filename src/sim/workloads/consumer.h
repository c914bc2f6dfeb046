#pragma once

#include <cstdint>
#include <vector>

#include "protocol/gen/fetch.h"
#include "protocol/gen/list_offsets.h"
#include "sim/workloads/client.h"

namespace millrace::sim {

// Reads every partition from its beginning, with and without fetch sessions, and tells the history what it was shown.
class Consumer final : public Client {
 public:
  Consumer(ports::Shard& shard, Stage& stage, Prng prng) : Consumer(shard, stage, prng, "consumer") {}
  Consumer(ports::Shard& shard, Stage& stage, Prng prng, const std::string& name);

  // Has read all that is acknowledged.
  bool caught_up() const;
  // Has read, of every partition, all below a high watermark that was shown after the last of it.
  bool at_end() const;
  // Everything read of a partition, from offset 0 on.
  const std::vector<RecordId>& contents(std::size_t lane) const { return lanes_[lane].ids; }
  const PartitionName& partition(std::size_t lane) const { return lanes_[lane].partition; }
  std::size_t lanes() const { return lanes_.size(); }

 protected:
  void work() override;
  void reconnected() override;

 private:
  struct Lane {
    PartitionName partition;
    Offset next{0};
    Offset told{-1};  // what the fetch session knows as the next offset
    bool at_end = false;
    std::vector<RecordId> ids;
  };
  using Marks = std::vector<History::Mark>;

  void fetch();
  void list_offsets();
  Marks marks() const;
  Lane* lane(std::string_view topic, Uuid id, std::int32_t index, std::size_t& number);
  void fetched(const protocol::FetchResponse* answer, const Marks& marks);
  void take(Lane& lane, const protocol::FetchResponse::PartitionData& data, const History::Mark& mark);
  void listed(const protocol::ListOffsetsResponse* answer, const Marks& marks);
  // Whether `error_code` is one that a client has to live with.
  bool bearable(std::int16_t error_code, const char* what);

  std::vector<Lane> lanes_;
  bool sessions_ = false;
  std::int32_t session_id_ = 0;
  std::int32_t session_epoch_ = 0;
};

}  // namespace millrace::sim
