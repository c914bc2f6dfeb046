#include "runtime/timers.h"

#include <utility>

namespace millrace::runtime {

ports::TimerId TimerHeap::at(MonoTime when, Task task) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.when = running_ && when < running_now_ ? running_now_ : when;
  slot.order = created_++;
  slot.task = std::move(task);
  heap_.push_back(index);
  slot.place = static_cast<std::uint32_t>(heap_.size() - 1);
  rise(slot.place);
  return ports::TimerId((std::uint64_t{slot.generation} << 32) | index);
}

void TimerHeap::cancel(ports::TimerId timer) {
  const auto index = static_cast<std::uint32_t>(timer.value());
  const auto generation = static_cast<std::uint32_t>(timer.value() >> 32);
  if (index >= slots_.size() || slots_[index].generation != generation || slots_[index].place == kNowhere) return;
  const Task dropped = release(index);
}

void TimerHeap::run_due(MonoTime now) {
  // What is set meanwhile counts as due now at the earliest, so it stands behind all that was due before.
  const std::uint64_t created_before = created_;
  running_ = true;
  running_now_ = now;
  while (!heap_.empty() && slots_[heap_.front()].when <= now && slots_[heap_.front()].order < created_before) {
    Task task = release(heap_.front());
    task();
  }
  running_ = false;
}

void TimerHeap::run_turn_end() {
  for (std::size_t i = 0; i < turn_end_.size(); ++i) {
    Task task = std::move(turn_end_[i]);
    task();
  }
  turn_end_.clear();
}

void TimerHeap::clear() {
  // Destroying a task may cancel timers, so the slots go only when they are out of reach.
  heap_.clear();
  free_.clear();
  const std::vector<Slot> slots = std::move(slots_);
  const std::vector<Task> turn_end = std::move(turn_end_);
  slots_.clear();
  turn_end_.clear();
}

bool TimerHeap::before(std::uint32_t a, std::uint32_t b) const {
  const Slot& left = slots_[a];
  const Slot& right = slots_[b];
  return left.when != right.when ? left.when < right.when : left.order < right.order;
}

void TimerHeap::put(std::uint32_t slot, std::size_t place) {
  heap_[place] = slot;
  slots_[slot].place = static_cast<std::uint32_t>(place);
}

void TimerHeap::rise(std::size_t place) {
  const std::uint32_t slot = heap_[place];
  while (place > 0 && before(slot, heap_[(place - 1) / 4])) {
    put(heap_[(place - 1) / 4], place);
    place = (place - 1) / 4;
  }
  put(slot, place);
}

void TimerHeap::sink(std::size_t place) {
  const std::uint32_t slot = heap_[place];
  for (;;) {
    std::size_t least = place;
    std::uint32_t least_slot = slot;
    for (std::size_t child = 4 * place + 1; child < heap_.size() && child <= 4 * place + 4; ++child) {
      if (before(heap_[child], least_slot)) {
        least = child;
        least_slot = heap_[child];
      }
    }
    if (least == place) break;
    put(least_slot, place);
    place = least;
  }
  put(slot, place);
}

Task TimerHeap::release(std::uint32_t index) {
  Slot& slot = slots_[index];
  const std::size_t place = slot.place;
  slot.place = kNowhere;
  ++slot.generation;
  const std::uint32_t last = heap_.back();
  heap_.pop_back();
  if (last != index) {
    put(last, place);
    rise(place);
    sink(slots_[last].place);
  }
  free_.push_back(index);
  return std::move(slot.task);
}

}  // namespace millrace::runtime
