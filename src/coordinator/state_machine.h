#pragma once

#include "base/ids.h"
#include "coordinator/record.h"

namespace millrace::coordinator {

// What a coordinator keeps in its partition. The records are the truth: they come here when the partition is loaded,
// and again, by the same calls, when an event of this process is written. Nothing else changes what is persistent.
class StateMachine {
 public:
  virtual ~StateMachine() = default;

  // The records that follow belong to `event`; 0 for what the log already held.
  virtual void begin_event(EventNumber event) = 0;
  // Applies one record; record types that are not known are skipped. `transaction` is the producer whose transaction
  // the record belongs to, kNoProducer for none: such records count only when that transaction is committed.
  virtual void replay(const RecordView& record, ProducerId transaction) = 0;
  // The transaction of `producer` has ended.
  virtual void end_transaction(ProducerId producer, bool committed) = 0;

  // Events up to this one are committed: they will not be undone.
  virtual void commit(EventNumber upto) = 0;
  // Undoes every event after `keep`, newest first: their records are not in the log.
  virtual void revert(EventNumber keep) = 0;
};

}  // namespace millrace::coordinator
