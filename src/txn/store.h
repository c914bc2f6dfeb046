#pragma once

#include <string>

#include "coordinator/state_machine.h"
#include "coordinator/timeline_map.h"
#include "ports/logger.h"
#include "txn/transaction.h"

namespace millrace::txn {

// What one partition of __transaction_state says. Changed by replaying records and in no other way.
class Store final : public coordinator::StateMachine {
 public:
  using Entries = coordinator::TimelineMap<std::string, Transaction>;

  explicit Store(ports::Logger& logger) : logger_(logger) {}

  // By transactional id.
  const Entries& entries() const { return entries_; }

  void begin_event(coordinator::EventNumber event) override { entries_.begin_event(event); }
  void replay(const coordinator::RecordView& record, ProducerId transaction) override;
  void end_transaction(ProducerId, bool) override {}
  void commit(coordinator::EventNumber upto) override { entries_.commit(upto); }
  void revert(coordinator::EventNumber keep) override { entries_.revert(keep); }

 private:
  ports::Logger& logger_;
  Entries entries_;
};

}  // namespace millrace::txn
