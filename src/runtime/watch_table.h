#pragma once

#include <cstdint>
#include <vector>

#include "runtime/backend.h"

namespace millrace::runtime {

// Names watched descriptors towards the system by slot and generation, so that an event that was under way when its
// descriptor was given up finds nobody instead of a successor.
class WatchTable {
 public:
  struct Entry {
    Watch* watch = nullptr;
    std::uint32_t generation = 0;
    int fd = -1;
    Readiness interest = 0;
  };

  Entry& add(Watch& watch, int fd, Readiness interest) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.emplace_back();
    }
    watch.slot_ = free_.back();
    free_.pop_back();
    Entry& entry = entries_[watch.slot_];
    entry.watch = &watch;
    entry.fd = fd;
    entry.interest = interest;
    return entry;
  }
  // Precondition: it was added and not removed.
  Entry& of(const Watch& watch) { return entries_[watch.slot_]; }
  void remove(Watch& watch) {
    Entry& entry = of(watch);
    entry.watch = nullptr;
    ++entry.generation;
    free_.push_back(watch.slot_);
  }
  // 31 bits of generation above 32 of slot: the highest bit is left to the backend.
  std::uint64_t token(const Watch& watch) {
    return ((std::uint64_t{of(watch).generation} & 0x7fffffff) << 32) | watch.slot_;
  }
  // Nobody if the watch is gone.
  Watch* find(std::uint64_t token) {
    const auto slot = static_cast<std::uint32_t>(token);
    if (slot >= entries_.size()) return nullptr;
    const Entry& entry = entries_[slot];
    return (entry.generation & 0x7fffffff) == (token >> 32) ? entry.watch : nullptr;
  }

 private:
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace millrace::runtime
