#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/pattern.h"
#include "coordinator/partition_log.h"
#include "coordinator/runtime.h"
#include "ports/shard.h"
#include "txn/store.h"

namespace millrace::txn {

inline constexpr std::string_view kTransactionTopic = "__transaction_state";

// KIP-664, KIP-994, KIP-1152: which transactions are wanted; what is empty or nothing asks for all.
struct ListQuery {
  std::optional<std::set<TransactionState>> states;  // an empty set: none
  std::set<ProducerId> producers;
  Millis open_for{-1};             // longer than this; negative: any
  std::optional<Pattern> pattern;  // of the whole transactional id

  bool wants(std::string_view id, const Transaction& transaction, WallTime now) const;
};

struct ListedTransaction {
  std::string id;
  ProducerId producer;
  TransactionState state;
};

struct ListAnswer {
  bool loading = false;  // some partition is being read, and there is no list
  std::vector<ListedTransaction> transactions;
};

struct DescribedTransaction {
  std::string id;
  std::int16_t error = 0;
  Transaction transaction;
};

// The transactional ids whose partitions of __transaction_state this shard leads. One per shard.
class Transactions {
 public:
  // References outlive it.
  Transactions(ports::Clock& clock, ports::Timers& timers, ports::Logger& logger)
      : clock_(clock), timers_(timers), logger_(logger) {}

  // This node leads `partition` from now on: its log is read. One that is there already is unloaded first.
  void load(PartitionIndex partition, std::unique_ptr<coordinator::PartitionLog> log);
  void unload(PartitionIndex partition) { partitions_.erase(partition); }

  // At once, from what is committed, in order of partition and id. Dead ones are not listed.
  ListAnswer list(const ListQuery& query) const;
  // `partition`: coordinator::partition_for(id, partition count). INVALID_REQUEST for an empty id, NOT_COORDINATOR if
  // the partition is not led here, COORDINATOR_LOAD_IN_PROGRESS, TRANSACTIONAL_ID_NOT_FOUND.
  DescribedTransaction describe(const std::string& id, PartitionIndex partition) const;

 private:
  struct Partition {
    Store store;
    coordinator::Runtime runtime;
    Partition(Transactions& of, PartitionIndex index, std::unique_ptr<coordinator::PartitionLog> log);
  };

  ports::Clock& clock_;
  ports::Timers& timers_;
  ports::Logger& logger_;
  std::map<PartitionIndex, std::unique_ptr<Partition>> partitions_;
};

}  // namespace millrace::txn
