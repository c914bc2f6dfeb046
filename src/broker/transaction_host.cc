#include "broker/transaction_host.h"

#include <memory>
#include <variant>

#include "broker/broker.h"
#include "broker/coordinator_log.h"
#include "coordinator/partition_choice.h"

namespace millrace::broker {
namespace {

std::int32_t partition_count(const Broker& broker) {
  const auto* topic = broker.image() != nullptr ? broker.image()->topic(txn::kTransactionTopic) : nullptr;
  if (topic != nullptr && !topic->partitions.empty()) return static_cast<std::int32_t>(topic->partitions.size());
  return static_cast<std::int32_t>(
      std::get<std::int64_t>(broker.config().value("transaction.state.log.num.partitions")));
}

}  // namespace

TransactionHost::TransactionHost(Broker& broker)
    : broker_(broker), transactions_(broker.shard().clock, broker.shard().timers, broker.shard().log) {}

TransactionHost::Place TransactionHost::place_of(std::string_view id) const {
  const PartitionIndex partition = coordinator::partition_for(id, partition_count(broker_));
  return {partition, broker_.owner(txn::kTransactionTopic, partition)};
}

void TransactionHost::lead(replica::Partition& partition) {
  transactions_.load(partition.identity().index, std::make_unique<CoordinatorLog>(partition));
}

}  // namespace millrace::broker
