#include "sim/events.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace millrace::sim {

bool EventQueue::later(const Event& a, const Event& b) {
  return std::tie(a.when, a.tie, a.sequence) > std::tie(b.when, b.tie, b.sequence);
}

void EventQueue::at(MonoTime when, Owner owner, Task task) {
  heap_.push_back(Event{std::max(when, now_), ties_.next(), sequence_++, owner, std::move(task)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void EventQueue::drop(Owner owner) {
  const auto mine = [owner](const Event& event) { return event.owner != owner; };
  const auto dropped = std::stable_partition(heap_.begin(), heap_.end(), mine);
  // Destroyed only when the queue is whole again: what a task owns may call back into it.
  std::vector<Event> doomed(std::make_move_iterator(dropped), std::make_move_iterator(heap_.end()));
  heap_.erase(dropped, heap_.end());
  std::make_heap(heap_.begin(), heap_.end(), later);
}

bool EventQueue::run_one(MonoTime limit) {
  if (heap_.empty() || heap_.front().when > limit) {
    now_ = std::max(now_, limit);
    return false;
  }
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Event event = std::move(heap_.back());
  heap_.pop_back();
  now_ = event.when;
  event.task();
  return true;
}

}  // namespace millrace::sim
