#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::sim {

// A partition of a topic, as clients name it.
struct PartitionName {
  std::string topic;
  std::int32_t index = 0;
  friend auto operator<=>(const PartitionName&, const PartitionName&) = default;
};

// A record of the workload; its number decides its contents (workloads/content.h). The upper half names its producer
// in one of its lives, the lower half counts its records.
using RecordId = std::uint64_t;
constexpr RecordId record_id(std::uint64_t producer, std::uint64_t count) {
  return producer << 32U | count;
}
constexpr std::uint64_t producer_of(RecordId id) {
  return id >> 32U;
}

// What all clients of a run have been told, and the promises it is measured against:
//   - an acknowledged record is never lost, nor is one that a consumer has read;
//   - no offset is acknowledged or read with two contents;
//   - what is read was sent, to this partition;
//   - reads give every offset in order, none above the high watermark that comes with them;
//   - the high watermark never goes back, and an acknowledged record lies below it;
//   - a record of an idempotent producer is in the log at most once, and before those with greater numbers of the same
//     producer.
// The first promise that breaks is kept.
class History {
 public:
  // A record is on its way to the broker. `once`: its producer is idempotent.
  void sent(RecordId id, const PartitionName& partition, bool once);
  // The records `ids` were acknowledged at `base` and the offsets behind it.
  void acknowledged(const PartitionName& partition, Offset base, const std::vector<RecordId>& ids);

  // What was known before a request was sent: what its answer must not fall behind.
  struct Mark {
    Offset acknowledged_end{0};
    Offset high_watermark{0};
  };
  Mark mark(const PartitionName& partition) const;
  // A fetch from `from` was answered with `ids`, from the offset `first` on, and this high watermark.
  void read(const PartitionName& partition, const Mark& before, Offset from, Offset first,
            const std::vector<RecordId>& ids, Offset high_watermark);
  // A consumer was handed the record at `offset`.
  void consumed(const PartitionName& partition, Offset offset, RecordId id);
  // A broker has said where the partition ends for readers.
  void saw_end(const PartitionName& partition, const Mark& before, Offset end);
  // The whole partition was read, after every node had its last chance to lose something.
  void final_contents(const PartitionName& partition, const std::vector<RecordId>& ids);

  // A topic was created, or shown, with this id (zero if the version has none) and so many partitions.
  void saw_topic(const std::string& topic, Uuid id, std::int32_t partitions);

  // A promise broke for another reason than those above.
  void fail(const std::string& why);

  bool ok() const { return broken_.empty(); }
  // Which promise broke, and how; empty if none did.
  const std::string& broken() const { return broken_; }
  std::uint64_t acknowledged_records() const { return acknowledged_records_; }
  std::uint64_t read_records() const { return read_records_; }
  // One after the last acknowledged offset.
  Offset acknowledged_end(const PartitionName& partition) const;

 private:
  struct Known {
    RecordId id;
    bool acknowledged;
  };
  struct Partition {
    std::map<std::int64_t, Known> known;
    Offset acknowledged_end{0};
    Offset high_watermark{0};
  };
  struct Sent {
    PartitionName partition;
    bool once;
  };
  struct Topic {
    Uuid id;
    std::int32_t partitions;
  };
  void learn(const PartitionName& name, Partition& partition, Offset offset, RecordId id, bool acknowledged);

  std::map<PartitionName, Partition> partitions_;
  std::map<RecordId, Sent> sent_;
  std::map<std::string, Topic> topics_;
  std::string broken_;
  std::uint64_t acknowledged_records_ = 0;
  std::uint64_t read_records_ = 0;
};

}  // namespace millrace::sim
