#include "runtime/idle_list.h"

namespace millrace::runtime {

void IdleList::touch(IdleEntry& entry) {
  entry.active_ = clock_.now();
  if (entry.listed_) {
    if (last_ == &entry) return;
    unlink(entry);
  }
  entry.listed_ = true;
  entry.earlier_ = last_;
  entry.later_ = nullptr;
  (last_ != nullptr ? last_->later_ : first_) = &entry;
  last_ = &entry;
  if (!armed_) arm();
}

void IdleList::remove(IdleEntry& entry) {
  if (!entry.listed_) return;
  unlink(entry);
  entry.listed_ = false;
}

void IdleList::unlink(IdleEntry& entry) {
  (entry.earlier_ != nullptr ? entry.earlier_->later_ : first_) = entry.later_;
  (entry.later_ != nullptr ? entry.later_->earlier_ : last_) = entry.earlier_;
}

// The timer stands for the entry that was first when it was set; it is not moved when that one becomes active, so that
// it runs about once per timeout however much happens.
void IdleList::arm() {
  armed_ = first_ != nullptr;
  if (armed_) timer_ = timers_.at(first_->active_ + timeout_, [this] { check(); });
}

void IdleList::check() {
  while (first_ != nullptr && first_->active_ + timeout_ <= clock_.now()) {
    IdleEntry& entry = *first_;
    entry.on_idle();
    if (first_ == &entry) touch(entry);
    if (first_ == &entry) break;  // alone, and active now
  }
  arm();
}

}  // namespace millrace::runtime
