#pragma once

#include "base/callback.h"
#include "base/ids.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace millrace::runtime {

class IdleList;

// Something that is dropped when nothing has happened to it for a while.
class IdleEntry {
 public:
  virtual ~IdleEntry() = default;
  // The time is over. The entry may leave its list; if it stays it counts as active now.
  virtual void on_idle() = 0;

 protected:
  IdleEntry() = default;
  IdleEntry(const IdleEntry&) = delete;
  IdleEntry& operator=(const IdleEntry&) = delete;

 private:
  friend class IdleList;
  IdleEntry* earlier_ = nullptr;
  IdleEntry* later_ = nullptr;
  MonoTime active_;
  bool listed_ = false;
};

// Entries with one common timeout, the longest idle first: activity costs a few pointers, idle entries cost nothing,
// and one timer serves all.
class IdleList {
 public:
  // `name` is for the owner, to tell lists apart.
  IdleList(ports::Timers& timers, const ports::Clock& clock, Millis name, Millis timeout)
      : timers_(timers), clock_(clock), name_(name), timeout_(timeout) {}
  ~IdleList() { timers_.cancel(timer_); }
  IdleList(const IdleList&) = delete;
  IdleList& operator=(const IdleList&) = delete;

  Millis name() const { return name_; }
  // Adds the entry, or notes that it was active now.
  void touch(IdleEntry& entry);
  void remove(IdleEntry& entry);

 private:
  void unlink(IdleEntry& entry);
  void arm();
  void check();

  ports::Timers& timers_;
  const ports::Clock& clock_;
  const Millis name_;
  const Millis timeout_;
  IdleEntry* first_ = nullptr;
  IdleEntry* last_ = nullptr;
  ports::TimerId timer_;
  bool armed_ = false;
};

}  // namespace millrace::runtime
