#pragma once

#include <cstdint>

#include "base/ids.h"
#include "client/backoff.h"
#include "client/cluster.h"
#include "client/producer/options.h"

namespace millrace::client {

// The producer id and epoch of an idempotent producer (KIP-98), asked for when the first batch wants to go. For a
// transactional producer the transactions ask (transactions.h). On the producer's shard.
class Identity {
 public:
  Identity(Cluster& cluster, const ProducerOptions& options)
      : cluster_(cluster), options_(options), backoff_(options.retry_backoff, options.retry_backoff_max) {}

  bool needed() const { return options_.idempotent; }
  bool known() const { return !needed() || id_ != kNoProducer; }
  ProducerId id() const { return id_; }
  ProducerEpoch epoch() const { return epoch_; }
  void set(ProducerId id, ProducerEpoch epoch) {
    id_ = id;
    epoch_ = epoch;
  }

  // Asks a broker until there is an id; `changed` is called then, or with a failure that no retry helps against.
  void ask(Callback<void(Status)> changed);
  bool asking() const { return asking_; }
  // The next epoch of the same id; with none left, or if the broker does not know the id, a new id is to be asked for.
  void bump(bool anew);

 private:
  void attempt();

  Cluster& cluster_;
  const ProducerOptions& options_;
  Backoff backoff_;
  ProducerId id_ = kNoProducer;
  ProducerEpoch epoch_ = kNoProducerEpoch;
  bool asking_ = false;
  Callback<void(Status)> changed_;
  Alive alive_;
};

}  // namespace millrace::client
