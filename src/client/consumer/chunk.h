#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "client/consumer/partitions.h"
#include "millrace/consumer_record.h"
#include "millrace/result.h"
#include "record/record_reader.h"

namespace millrace::client {

// Received batches of one partition, handed out record by record. Memory stays with those who got records of it.
class Chunk {
 public:
  struct Aborted {
    std::int64_t producer_id;
    std::int64_t first_offset;
  };
  // `frame` holds `batches`. `aborted`: transactions whose records are to be left out; nothing without read_committed.
  Chunk(AssignedPtr partition, std::shared_ptr<const Buffer> frame, Bytes batches,
        std::optional<std::vector<Aborted>> aborted, bool check_crcs);

  // Whether the partition still wants it: it has not jumped elsewhere since.
  bool wanted() const { return turn_ == partition_->turn; }
  const AssignedPtr& partition() const { return partition_; }
  // Moves records to `out` until it holds `limit`, and the partition's position with them. Cause::corrupt for damage,
  // Cause::unsupported_version for a message format before Kafka 0.11; the position then stays before it, and the next
  // call meets the same.
  Status take(std::size_t limit, ConsumerRecords& out);
  bool done() const { return done_; }

 private:
  // Goes to the next batch with records to hand out. False at the end.
  Result<bool> next_batch();
  bool skipped(const record::BatchView& batch);
  Error damage(const record::BatchView& batch, std::string_view what) const;
  void finish();

  AssignedPtr partition_;
  std::uint64_t turn_;
  std::shared_ptr<const Buffer> frame_;
  record::BatchWalk walk_;
  std::size_t left_;  // bytes that have not been handed out
  bool check_crcs_;
  bool committed_only_;
  std::vector<Aborted> aborted_;     // by first offset
  std::size_t aborted_at_ = 0;
  std::set<std::int64_t> aborting_;  // producers within an aborted transaction
  std::optional<record::RecordReader> reader_;
  std::shared_ptr<record::Scratch> scratch_;
  std::optional<Error> broken_;
  bool done_ = false;
};

}  // namespace millrace::client
