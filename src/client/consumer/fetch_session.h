#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/uuid.h"
#include "client/consumer/partitions.h"
#include "protocol/gen/fetch.h"

namespace millrace::client {

// One broker's incremental fetch session (KIP-227): a broker remembers what was asked for, so that a request names only
// what has changed since. One request at a time.
class FetchSession {
 public:
  struct Wanted {
    ::millrace::Uuid topic_id;  // zero: not known
    std::int64_t offset = 0;
    std::int32_t leader_epoch = -1;
    std::int32_t max_bytes = 0;
    friend bool operator==(const Wanted&, const Wanted&) = default;
  };
  using Wants = std::map<TopicPartition, Wanted>;

  // What the next request must say so that the broker reads all of `wants` and nothing else.
  struct Plan {
    std::int32_t id = 0;
    std::int32_t epoch = 0;
    bool by_id = false;  // topics are named by their ids: versions 13 and up
    Wants asked;         // of which the request speaks
    Wants forgotten;
  };
  Plan plan(const Wants& wants);

  // The answer to the last plan has come: the session goes on, or a new one begins with the next plan.
  void answered(const protocol::FetchResponse& answer);
  // There was no answer.
  void broken() { epoch_ = 0; }
  // What the broker remembers.
  const Wants& remembered() const { return remembered_; }

 private:
  std::int32_t id_ = 0;
  std::int32_t epoch_ = 0;  // 0: a new one begins
  bool by_id_ = false;
  Wants remembered_;
};

// The request of a plan, without what the settings say. Points into the plan.
protocol::FetchRequest request_of(const FetchSession::Plan& plan, std::int16_t version);

}  // namespace millrace::client
