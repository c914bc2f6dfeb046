#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "coordinator/limits.h"
#include "coordinator/partition_log.h"
#include "coordinator/record.h"
#include "coordinator/state_machine.h"
#include "ports/clock.h"
#include "ports/logger.h"
#include "ports/timers.h"
#include "record/batch.h"

namespace millrace::coordinator {

struct RuntimeOptions {
  std::string name;                   // of the partition, for the log: "__consumer_offsets-7"
  Millis answer_timeout{5'000};       // how long an answer waits for its records; they may be committed later
  std::uint64_t load_bytes = kLoadBytes;
  record::Codec codec = record::Codec::none;  // of what is written
};

// Runs one state machine over its partition: loads it, then writes what its events decide.
//
// An event has been decided by reading the state; its records are replayed at once, so that the next decision sees
// them, and are appended at the end of the turn, in one batch with those of the other events of the turn. One batch is
// in flight at a time; what is decided meanwhile goes into the next one. `done` of an event comes when its batch is
// committed. If an append fails, nothing after it can have been appended: the state goes back to what is committed,
// and every event that waits is told why.
//
// Belongs to the partition's shard. No callback is made from inside a call.
class Runtime {
 public:
  enum class State : std::uint8_t {
    loading,
    active,
    failed,  // the log could not be read
    closed,
  };
  using Written = Callback<void(Result<void, WriteError>)>;

  // All references outlive the runtime.
  Runtime(StateMachine& machine, std::unique_ptr<PartitionLog> log, ports::Clock& clock, ports::Timers& timers,
          ports::Logger& logger, RuntimeOptions options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Replays the log from its start to its present end; `loaded` when all of that is committed (state() is then active)
  // or when it failed. Called once, first.
  void load(Callback<void(State)> loaded);
  State state() const { return state_; }

  // Takes the records of one event, none or more. Without any, `done` comes when every event before is committed.
  // WriteError::too_large: the event was not replayed. Precondition: state() is active.
  void write(std::vector<Record> records, Written done);

  // The partition is led elsewhere: everyone who waits is told not_leader, later. No other callback follows.
  void close();

 private:
  struct Event {
    EventNumber number;
    std::vector<Record> records;
    Written done;
  };

  void read_on(Offset from);
  Status replay_batches(Bytes batches, Offset& next);
  void finish_load(State state);
  void flush_at_turn_end();
  void flush();
  Buffer take_batch();
  void appended(Result<void, WriteError> result);
  void answer_late();
  static void tell(std::deque<Event> events, Result<void, WriteError> result);

  StateMachine& machine_;
  std::unique_ptr<PartitionLog> log_;
  ports::Clock& clock_;
  ports::Timers& timers_;
  ports::Logger& logger_;
  RuntimeOptions options_;
  State state_ = State::loading;
  Callback<void(State)> loaded_;
  Offset load_end_{0};
  EventNumber last_event_ = 0;
  std::deque<Event> waiting_;  // decided, not appended yet
  std::deque<Event> flying_;   // of the batch that is being appended; empty: none is
  bool flush_planned_ = false;
  ports::TimerId late_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false: a planned task has nothing to do
};

}  // namespace millrace::coordinator
