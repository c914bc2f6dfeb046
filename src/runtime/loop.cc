#include "runtime/loop.h"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/limits.h"

namespace millrace::runtime {

// Ends the system's wait; what for is found by looking at the inputs.
class Loop::Alarm final : public Watch {
 public:
  void on_ready(Readiness) override {}
};

Loop::Loop(NodeContext& node, ShardId id)
    : node_(node),
      engine_(id, node.file_pool(), node.job_pool(), node.log()),
      jobs_(engine_, node.files()),
      files_(engine_),
      network_(engine_, node.listeners()),
      alarm_(std::make_unique<Alarm>()) {}

Loop::~Loop() = default;

void Loop::join_grid(MailboxGrid& grid) {
  mailbox_ = std::make_unique<ShardMailbox>(grid, engine_.id);
  shard_ = std::make_unique<ports::Shard>(ports::Shard{engine_.id, node_.shard_count(), engine_.clock, random_,
                                                       engine_.timers, files_, jobs_, network_, *mailbox_,
                                                       engine_.log, faults_, node_});
}

void Loop::run(BackendKind kind, const AppFactory& factory) {
  ::pthread_setname_np(::pthread_self(), ("shard-" + std::to_string(engine_.id.value())).c_str());
  auto backend = make_backend(kind, engine_.file_pool, engine_.inbox);
  if (!backend) {
    node_.fail("Shard " + std::to_string(engine_.id.value()) +
               " cannot wait for the system: raise the limits on file descriptors and locked memory.");
    node_.shard_started();
    node_.shard_stopped();
    return;
  }
  engine_.backend = *std::move(backend);
  engine_.backend->watch(engine_.waker.fd(), kReadable, *alarm_);
  engine_.clock.sample();
  app_ = factory(*shard_);
  app_->start();
  node_.shard_started();
  while (!quit_) turn();
  leave();
}

bool Loop::work_pending() const {
  return engine_.timers.turn_end_pending() || engine_.later_pending() || network_.pending() ||
         !engine_.inbox.empty() || mailbox_->pending();
}

Nanos Loop::time_to_sleep() {
  if (work_pending()) return Nanos(0);
  engine_.waker.announce_sleep();
  if (work_pending()) return Nanos(0);
  if (engine_.timers.empty()) return Nanos(-1);
  return Nanos(std::max<std::int64_t>(0, engine_.timers.next() - TurnClock::read()));
}

void Loop::turn() {
  engine_.backend->wait(time_to_sleep());
  engine_.waker.awake();
  engine_.clock.sample();
  engine_.backend->dispatch();
  engine_.inbox.run();
  mailbox_->run();
  engine_.timers.run_due(engine_.clock.now());
  engine_.run_later();
  network_.run_reads();
  engine_.timers.run_turn_end();
  // What was complete at once is told, and what follows from it begins, in this turn still.
  for (int round = 0; round < kCompletionRounds && engine_.later_pending(); ++round) {
    engine_.run_later();
    engine_.timers.run_turn_end();
  }
  network_.run_writes();
}

void Loop::post(Task task) {
  engine_.inbox.post([this, task = std::move(task)]() mutable {
    if (!engine_.leaving) task();
  });
}

void Loop::begin_stop() {
  engine_.inbox.post([this] {
    if (std::exchange(stopping_, true)) return;
    app_->stop([this] { node_.shard_stopped(); });
  });
}

void Loop::quit() {
  engine_.inbox.post([this] { quit_ = true; });
}

void Loop::leave() {
  network_.close_all();
  engine_.leaving = true;
  // The system may still be writing from our buffers.
  while (engine_.backend->calls_in_flight() > 0 || engine_.calls_in_pool > 0 || engine_.later_pending()) {
    engine_.waker.announce_sleep();
    const bool more = engine_.later_pending() || !engine_.inbox.empty();
    engine_.backend->wait(Nanos(more ? 0 : -1));
    engine_.waker.awake();
    engine_.backend->dispatch();
    engine_.inbox.run();
    engine_.run_later();
  }
  engine_.backend->unwatch(*alarm_);
  engine_.backend->wait(Nanos(0));
}

void Loop::drop_calls() {
  engine_.inbox.clear();
  mailbox_->clear();
  engine_.timers.clear();
}

}  // namespace millrace::runtime
