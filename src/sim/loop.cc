#include "sim/loop.h"

#include <algorithm>

namespace millrace::sim {
namespace {

constexpr std::int64_t kWallStart = 1'790'000'000'000;  // some day in 2026

}  // namespace

WallTime Loop::wall() const { return WallTime(kWallStart + now_.value() / 1'000'000 + wall_offset_); }

void Loop::input(Kind kind, std::uint64_t a, std::uint64_t b, Task task) {
  ready_.push_back({kind, a, b, std::move(task)});
  schedule_turn();
}

void Loop::input_at(MonoTime when, Kind kind, std::uint64_t a, std::uint64_t b, Task task) {
  run_.queue.at(when, owner_, [this, kind, a, b, task = std::move(task)]() mutable {
    input(kind, a, b, std::move(task));
  });
}

void Loop::clear() {
  // What a task owns may call back into the loop when it is destroyed.
  auto ready = std::move(ready_);
  auto at_end = std::move(at_end_);
  auto timers = std::move(timers_);
  ready_.clear();
  at_end_.clear();
  timers_.clear();
}

void Loop::schedule_turn() {
  if (turn_scheduled_ || in_turn_) return;
  turn_scheduled_ = true;
  Prng& prng = run_.streams.schedule;
  MonoTime when = std::max(run_.now(), busy_until_) + around(prng, run_.profile.turn_delay);
  if (hit(prng, run_.profile.shard_stall)) when += between(prng, 0, 50'000'000).value();
  run_.queue.at(when, owner_, [this] { turn(); });
}

void Loop::turn() {
  turn_scheduled_ = false;
  in_turn_ = true;
  now_ = run_.now();
  Prng& prng = run_.streams.schedule;
  if (hit(prng, run_.profile.wall_jump)) wall_offset_ += static_cast<std::int64_t>(prng.below(120'000)) - 60'000;
  auto inputs = std::move(ready_);
  ready_.clear();
  for (auto& input : inputs) {
    run_.trace.event(now_, place_, input.kind, input.a, input.b);
    input.task();
    input.task = nullptr;
  }
  run_timers();
  for (std::size_t i = 0; i < at_end_.size(); ++i) {
    Task task = std::move(at_end_[i]);
    run_.trace.event(now_, place_, Kind::turn_end, i);
    task();
  }
  at_end_.clear();
  busy_until_ = now_ + around(prng, run_.profile.turn_delay);
  in_turn_ = false;
  if (!ready_.empty()) schedule_turn();
  arm();
}

void Loop::run_timers() {
  // A timer set by a timer of this turn waits for the next turn, even if it is due.
  const std::uint64_t limit = next_timer_;
  for (auto at = timers_.begin(); at != timers_.end() && at->first.first <= now_;) {
    if (at->first.second >= limit) {
      ++at;
      continue;
    }
    Task task = std::move(at->second);
    const std::uint64_t id = at->first.second;
    timers_.erase(at);
    timer_times_.erase(id);
    run_.trace.event(now_, place_, Kind::timer, id);
    task();
    at = timers_.begin();
  }
}

void Loop::arm() {
  if (timers_.empty()) return;
  const MonoTime when = timers_.begin()->first.first;
  if (armed_.value() >= 0 && armed_ <= when) return;
  armed_ = when;
  run_.queue.at(when, owner_, [this, when] {
    if (armed_ == when) armed_ = MonoTime(-1);
    if (!timers_.empty()) schedule_turn();
  });
}

ports::TimerId Loop::at(MonoTime when, Task task) {
  const std::uint64_t id = next_timer_++;
  timers_.emplace(std::pair(when, id), std::move(task));
  timer_times_.emplace(id, when);
  if (!in_turn_) arm();
  return ports::TimerId(id);
}

void Loop::cancel(ports::TimerId timer) {
  const auto at = timer_times_.find(timer.value());
  if (at == timer_times_.end()) return;
  const auto entry = timers_.find({at->second, at->first});
  timer_times_.erase(at);
  if (entry == timers_.end()) return;
  const Task doomed = std::move(entry->second);
  timers_.erase(entry);
}

}  // namespace millrace::sim
