#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "client/errors.h"
#include "millrace/share_consumer.h"

namespace millrace::client {

// One partition of one topic, as share sessions speak of it.
struct ShareKey {
  ::millrace::Uuid topic;
  std::int32_t partition = 0;
  friend auto operator<=>(const ShareKey&, const ShareKey&) = default;
  friend bool operator==(const ShareKey&, const ShareKey&) = default;
};

// What has become of records: by offset, as AcknowledgeType or kGap.
inline constexpr std::int8_t kGap = 0;  // there is no record at this offset
class Acknowledgements {
 public:
  // Runs of neighbouring offsets with one type.
  struct Run {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int8_t type = kGap;
    friend bool operator==(const Run&, const Run&) = default;
  };

  // Later words replace earlier ones.
  void add(std::int64_t offset, std::int8_t type) { types_[offset] = type; }
  // Offsets that the program has not seen.
  void add_run(std::int64_t first, std::int64_t last, std::int8_t type) { unseen_[first] = {first, last, type}; }
  void add(const Acknowledgements& later);
  bool empty() const { return types_.empty() && unseen_.empty(); }
  // Whether a lock is to be kept longer, which the request must say.
  bool renews() const;
  // The offsets that the program has seen, in order.
  std::vector<std::int64_t> offsets() const;

  // All, as the wire has them.
  std::vector<Run> runs() const;

 private:
  std::map<std::int64_t, std::int8_t> types_;
  std::map<std::int64_t, Run> unseen_;
};

// A commit under way: answered when the last of its acknowledgements is, which is when the last pointer to it goes.
class ShareCommit {
 public:
  using Results = std::map<TopicPartition, Status>;
  explicit ShareCommit(Callback<void(Result<Results>)> done) : done_(std::move(done)) {}
  ~ShareCommit() { done_(std::move(results_)); }
  // The first failure of a partition is its result.
  void note(const TopicPartition& partition, const Status& status) {
    auto& result = results_[partition];
    if (result) result = status;
  }

 private:
  Callback<void(Result<Results>)> done_;
  Results results_;
};

// What one partition's broker is to be told, and who waits for it.
struct PendingAcks {
  TopicPartition name;
  Acknowledgements what;
  std::vector<std::shared_ptr<ShareCommit>> commits;
};
using PendingByKey = std::map<ShareKey, PendingAcks>;

}  // namespace millrace::client
