#include "coordinator/runtime.h"

#include <utility>

#include "base/assert.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

std::size_t batch_share(const std::vector<Record>& records) {
  std::size_t bytes = 0;
  for (const Record& record : records) bytes += record.size() + kRecordOverheadBytes;
  return bytes;
}

}  // namespace

Runtime::Runtime(StateMachine& machine, std::unique_ptr<PartitionLog> log, ports::Clock& clock, ports::Timers& timers,
                 ports::Logger& logger, RuntimeOptions options)
    : machine_(machine),
      log_(std::move(log)),
      clock_(clock),
      timers_(timers),
      logger_(logger),
      options_(std::move(options)) {}

Runtime::~Runtime() {
  *alive_ = false;
  timers_.cancel(late_);
}

void Runtime::write(std::vector<Record> records, Written done) {
  MR_ASSERT(state_ == State::active);
  if (record::kBatchHeaderBytes + batch_share(records) > kMaxBatchBytes) {
    timers_.at_turn_end([done = std::move(done)]() mutable { done(WriteError::too_large); });
    return;
  }
  const EventNumber number = ++last_event_;
  if (!records.empty()) machine_.begin_event(number);
  for (const Record& record : records) {
    machine_.replay({record.key.bytes(), record.value ? std::optional(record.value->bytes()) : std::nullopt},
                    kNoProducer);
  }
  waiting_.push_back({number, std::move(records), std::move(done)});
  flush_at_turn_end();
}

void Runtime::flush_at_turn_end() {
  if (flush_planned_) return;
  flush_planned_ = true;
  timers_.at_turn_end([this, alive = alive_] {
    if (!*alive) return;
    flush_planned_ = false;
    flush();
  });
}

void Runtime::flush() {
  if (state_ != State::active || !flying_.empty() || waiting_.empty()) return;
  Buffer batch = take_batch();
  if (batch.empty()) {  // nothing to write, and everything before is committed
    std::deque<Event> events = std::exchange(flying_, {});
    return tell(std::move(events), {});
  }
  late_ = timers_.at(clock_.now() + options_.answer_timeout, [this] { answer_late(); });
  log_->append(std::move(batch), [this, alive = alive_](Result<void, WriteError> result) {
    if (*alive && state_ == State::active) appended(result);
  });
}

// Moves as many waiting events as fit into one batch to flying_. Empty if none of them has records.
Buffer Runtime::take_batch() {
  record::BatchBuilder builder{record::BatchOptions{.codec = options_.codec}};
  std::size_t bytes = record::kBatchHeaderBytes;
  while (!waiting_.empty()) {
    const std::size_t share = batch_share(waiting_.front().records);
    if (!flying_.empty() && bytes + share > kMaxBatchBytes) break;
    bytes += share;
    for (const Record& record : waiting_.front().records) {
      builder.add(clock_.wall(), record.key.bytes(),
                  record.value ? std::optional(record.value->bytes()) : std::nullopt);
    }
    flying_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return builder.empty() ? Buffer() : builder.build();
}

void Runtime::appended(Result<void, WriteError> result) {
  timers_.cancel(late_);
  std::deque<Event> events = std::exchange(flying_, {});
  if (result.ok()) {
    machine_.commit(events.back().number);
    if (!waiting_.empty()) flush_at_turn_end();
  } else {
    // What waits was decided on top of what is lost, and none of it has been appended.
    machine_.revert(events.front().number - 1);
    for (Event& event : waiting_) events.push_back(std::move(event));
    waiting_.clear();
  }
  tell(std::move(events), result);
}

void Runtime::answer_late() {
  std::deque<Event> late;
  for (std::deque<Event>* events : {&flying_, &waiting_}) {
    for (Event& event : *events) late.push_back({event.number, {}, std::exchange(event.done, nullptr)});
  }
  late_ = timers_.at(clock_.now() + options_.answer_timeout, [this] { answer_late(); });
  tell(std::move(late), WriteError::timed_out);
}

void Runtime::tell(std::deque<Event> events, Result<void, WriteError> result) {
  for (Event& event : events) {
    if (event.done) event.done(result);
  }
}

void Runtime::close() {
  state_ = State::closed;
  *alive_ = false;
  timers_.cancel(late_);
  std::deque<Event> events = std::exchange(flying_, {});
  for (Event& event : waiting_) events.push_back(std::move(event));
  waiting_.clear();
  auto held = std::make_shared<std::deque<Event>>(std::move(events));
  timers_.at_turn_end([held] { tell(std::move(*held), WriteError::not_leader); });
}

}  // namespace millrace::coordinator
