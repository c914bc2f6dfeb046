#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::replica {

// A partition as a fetch request names it: by the topic's id, or (before version 13) by its name with a zero id.
struct FetchKey {
  Uuid topic_id;
  std::string topic;
  std::int32_t index = 0;
  friend auto operator<=>(const FetchKey&, const FetchKey&) = default;
};

// What a fetch request says about a partition.
struct FetchAsk {
  std::int64_t offset = 0;
  std::int32_t max_bytes = 0;
  std::int32_t current_leader_epoch = -1;
  std::int32_t last_fetched_epoch = -1;
  std::int64_t log_start_offset = -1;
};

// What an answer said about a partition, as far as it decides whether the next one must mention it.
struct FetchTold {
  std::int64_t high_watermark = -1;
  std::int64_t log_start_offset = -1;
  bool topic_seen = false;  // the topic existed
};

// One incremental fetch session (KIP-227): the partitions that a consumer fetches, so that its requests and our answers
// carry only what changed.
class FetchSession {
 public:
  struct Partition {
    FetchKey key;
    FetchAsk ask;
    FetchTold told;
  };

  FetchSession(std::int32_t id, bool by_id, MonoTime now) : id_(id), by_id_(by_id), created_(now), used_(now) {}

  std::int32_t id() const { return id_; }
  // The epoch that the next request must carry.
  std::int32_t epoch() const { return epoch_; }
  void next_epoch() { epoch_ = epoch_ == 0x7fffffff ? 1 : epoch_ + 1; }
  // Whether topics are named by id (requests of version 13 and above).
  bool by_id() const { return by_id_; }
  std::size_t size() const { return partitions_.size(); }

  // Adds a partition, or replaces what was asked of it.
  void put(const FetchKey& key, const FetchAsk& ask);
  void forget(const FetchKey& key);
  // In the order in which they are served.
  const std::list<Partition>& partitions() const { return partitions_; }

  // Whether an answer must mention the partition, given what it would say; takes note of it. `has_records`: the answer
  // brings records, and the partition goes to the end of the order, so that others come first next time. `in_trouble`:
  // an error or a diverging epoch, which is told every time, as is what follows it.
  bool must_tell(const FetchKey& key, const FetchTold& now, bool has_records, bool in_trouble);
  // Takes note of a first answer.
  void told(const FetchKey& key, const FetchTold& now);

 private:
  friend class FetchSessions;
  std::int32_t id_;
  std::int32_t epoch_ = 1;
  bool by_id_;
  MonoTime created_;
  MonoTime used_;
  std::list<Partition> partitions_;
  std::map<FetchKey, std::list<Partition>::iterator> index_;
};

// The sessions of one shard, at most `slots` of them: a new one takes the place of one that was not used for a while,
// or of a smaller one that is old enough; if there is neither, it is not made.
class FetchSessions {
 public:
  explicit FetchSessions(std::uint32_t slots) : slots_(slots) {}

  FetchSession* find(std::int32_t id);
  void remove(std::int32_t id) { sessions_.erase(id); }
  void touch(FetchSession& session, MonoTime now) { session.used_ = now; }
  // A new session for `partitions` partitions with the id nearest to `random` that is free; null if there is no slot.
  FetchSession* create(std::size_t partitions, bool by_id, MonoTime now, std::uint64_t random);
  std::size_t size() const { return sessions_.size(); }

 private:
  bool make_room(std::size_t partitions, MonoTime now);

  std::uint32_t slots_;
  std::map<std::int32_t, std::unique_ptr<FetchSession>> sessions_;
};

}  // namespace millrace::replica
