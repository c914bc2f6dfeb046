#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "client/producer/batch.h"
#include "client/producer/encoded_record.h"
#include "client/producer/options.h"
#include "ports/clock.h"

namespace millrace::client {

// Records that were gathered into a batch before their producer has seen them, since they go to one partition in any
// case.
struct Run {
  std::string topic;
  std::optional<std::int32_t> partition;  // none: the partitioner chooses, and none of them has a key
  BatchPtr batch;                         // neither sealed nor empty
};

// Records on their way to their producer's shard, in the order in which they came. Not thread safe: it is filled under
// its owner's lock, and handed over as a whole.
//
// One that comes behind another of its kind (of the same topic, for the same partition or without partition and key) is
// encoded into a batch at once, where it will be sent from. Others stand encoded one behind the other in blocks of
// memory until their partitions are known. No record overtakes another.
class Staging {
 public:
  // `options` outlives this.
  explicit Staging(const ProducerOptions& options) : options_(&options) {}

  // Takes a record that `encoder` has sized, `body` bytes. `spare`: memory for batches; used up first. Whether somebody
  // has to come for what was not there before: a record by itself, a batch that was begun, one that is full.
  bool add(const Record& record, const RecordEncoder& encoder, std::size_t body, DeliveryCallback&& delivered,
           const ports::Clock& clock, std::vector<Batch::Space>& spare);

  bool empty() const { return records_ == 0; }
  std::size_t records() const { return records_; }
  // What they count against buffer.memory.
  std::size_t bytes() const { return bytes_; }
  // The batch that may still grow, at the end; null if there is none.
  const Batch* open() const {
    return open_ && !runs_.back().run.batch->full() ? runs_.back().run.batch.get() : nullptr;
  }
  // Whether that is all there is.
  bool only_open() const { return entries_.empty() && runs_.size() == 1 && open() != nullptr; }

  // Gives everything to `into`, which is empty; all but a batch that may still grow and was begun after `keep_since`.
  void hand_over(Staging& into, std::optional<MonoTime> keep_since);

  // Calls `one` (const EncodedRecord&, DeliveryCallback&&) for each record by itself and `many` (Run&&) for each batch,
  // in turn; then it is empty.
  template <typename One, typename Many>
  void take(One one, Many many) {
    Place place;
    auto next_run = runs_.begin();
    for (std::size_t i = 0;; ++i) {
      for (; next_run != runs_.end() && next_run->behind == i; ++next_run) many(std::move(next_run->run));
      if (i == entries_.size()) break;
      Entry& entry = entries_[i];
      const std::byte* at = next(place, std::size_t{entry.topic} + entry.body);
      const auto topic = as_text(Bytes(at, entry.topic));
      const EncodedRecord record{topic, entry.partition, entry.timestamp_ms, Bytes(at + entry.topic, entry.body)};
      one(record, std::move(entry.delivered));
    }
    clear();
  }

 private:
  struct Entry {
    DeliveryCallback delivered;
    std::optional<std::int32_t> partition;
    std::optional<std::int64_t> timestamp_ms;
    std::uint32_t topic;
    std::uint32_t body;
  };
  struct Placed {
    Run run;
    std::size_t behind;  // so many entries
  };
  struct Place {
    std::size_t block = 0;
    std::size_t used = 0;
  };
  bool decided_alone(const Record& record) const;
  bool follows_its_kind(const Record& record) const;
  void begin_run(const Record& record, MonoTime now, std::vector<Batch::Space>& spare);
  std::byte* next(Place& place, std::size_t bytes);
  std::byte* claim(std::size_t bytes);
  void clear();

  const ProducerOptions* options_;
  std::vector<Entry> entries_;
  std::vector<Buffer> blocks_;  // topic and body of each entry
  Place end_;
  std::vector<Placed> runs_;
  bool open_ = false;  // the last thing is a run
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  // Of the last record; `alone_`: where it goes is for its key or the program's partitioner to say.
  std::string topic_;
  std::optional<std::int32_t> partition_;
  bool alone_ = true;
};

}  // namespace millrace::client
