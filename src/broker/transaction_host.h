#pragma once

#include <cstdint>
#include <string_view>

#include "replica/partition.h"
#include "txn/transactions.h"

namespace millrace::broker {

class Broker;

// The transactional ids of this shard, and what they need of the broker: the partitions of __transaction_state as they
// are led and resigned.
class TransactionHost {
 public:
  explicit TransactionHost(Broker& broker);

  // For ids whose partition this shard owns.
  const txn::Transactions& transactions() const { return transactions_; }
  // The shard that keeps an id on this node, and the partition of __transaction_state.
  struct Place {
    PartitionIndex partition;
    ShardId shard;
  };
  Place place_of(std::string_view id) const;

  void lead(replica::Partition& partition);
  void resign(PartitionIndex partition) { transactions_.unload(partition); }

 private:
  Broker& broker_;
  txn::Transactions transactions_;
};

}  // namespace millrace::broker
