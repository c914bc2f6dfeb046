#pragma once

#include <map>

#include "millrace/consumer_record.h"
#include "millrace/export.h"
#include "millrace/record.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// Sees every record that a producer sends, and what became of it: for tracing, counting, changing (KIP-42). Several are
// called in the order in which they were given. Must not wait, and must not call the producer. One that throws stands
// in nobody's way: a line of the log tells, and the record goes on as that call has left it.
class MILLRACE_API ProducerInterceptor {
 public:
  virtual ~ProducerInterceptor() = default;
  // Before the record is looked at, on the thread that sends it; may change it. By several threads at once where
  // several send.
  virtual void on_send(Record& record);
  // Before the record's own callback or future, on the client's thread (on the sending one for a record that was
  // refused at once).
  virtual void on_delivery(const Result<RecordMetadata>& result);
};

// Sees what a consumer hands out and commits. Several are called in the order in which they were given. Of one that
// throws a line of the log tells; records and commits go on.
class MILLRACE_API ConsumerInterceptor {
 public:
  virtual ~ConsumerInterceptor() = default;
  // What a poll has brought, if anything, before the program gets it: on the thread that polls (with poll_async(): on
  // the client's, where nothing may wait).
  virtual void on_records(const ConsumerRecords& records);
  // What became of a commit, the consumer's own included; on the client's thread, where nothing may wait.
  virtual void on_commit(const std::map<TopicPartition, OffsetAndMetadata>& offsets, const Status& status);
};

}  // namespace millrace::client
