#include "txn/transactions.h"

#include <utility>

#include "protocol/errc.h"

namespace millrace::txn {

using protocol::Errc;
using State = coordinator::Runtime::State;

bool ListQuery::wants(std::string_view id, const Transaction& transaction, WallTime now) const {
  if (transaction.state == TransactionState::dead) return false;
  if (!producers.empty() && !producers.contains(transaction.producer)) return false;
  if (states && !states->contains(transaction.state)) return false;
  if (open_for >= Millis(0) && now - transaction.started <= open_for.value()) return false;
  return !pattern || pattern->matches(id);
}

Transactions::Partition::Partition(Transactions& of, PartitionIndex index,
                                   std::unique_ptr<coordinator::PartitionLog> log)
    : store(of.logger_),
      runtime(store, std::move(log), of.clock_, of.timers_, of.logger_,
              {.name = std::string(kTransactionTopic) + "-" + std::to_string(index.value())}) {}

void Transactions::load(PartitionIndex partition, std::unique_ptr<coordinator::PartitionLog> log) {
  auto& made = partitions_[partition];
  made = std::make_unique<Partition>(*this, partition, std::move(log));
  made->runtime.load([](State) {});
}

ListAnswer Transactions::list(const ListQuery& query) const {
  ListAnswer answer;
  for (const auto& [index, partition] : partitions_) {
    if (partition->runtime.state() == State::loading) return {true, {}};
    if (partition->runtime.state() != State::active) continue;
    partition->store.entries().scan_committed(std::string_view(), [&](const std::string& id, const Transaction& one) {
      if (query.wants(id, one, clock_.wall())) answer.transactions.push_back({id, one.producer, one.state});
      return true;
    });
  }
  return answer;
}

DescribedTransaction Transactions::describe(const std::string& id, PartitionIndex partition) const {
  const auto refused = [&id](Errc error) { return DescribedTransaction{id, protocol::to_wire(error), {}}; };
  if (id.empty()) return refused(Errc::invalid_request);
  const auto at = partitions_.find(partition);
  if (at == partitions_.end()) return refused(Errc::not_coordinator);
  const State state = at->second->runtime.state();
  if (state == State::loading) return refused(Errc::coordinator_load_in_progress);
  if (state != State::active) return refused(Errc::not_coordinator);
  const Transaction* found = at->second->store.entries().find_committed(id);
  if (found == nullptr || found->state == TransactionState::dead) return refused(Errc::transactional_id_not_found);
  return {id, 0, *found};
}

}  // namespace millrace::txn
