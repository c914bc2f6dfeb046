#pragma once

#include <cstdint>
#include <utility>

#include "log/limits.h"

namespace millrace::log {

// Which way makes what a shard writes durable at less cost: one sync of its journal, for which every byte is written
// twice, or a sync of each file. Decided by the writes between the beginnings of the last two rounds of syncs, of
// whichever kind: a file's sync costs about as much as writing kBytesPerSync more (docs/decisions/0008-journal.md).
class SyncChoice {
 public:
  // `always`: the journal, whatever it costs.
  explicit SyncChoice(bool always = false) : journal_(always), always_(always) {}
  // A file gets `bytes`. `counted` is kept by the file, 0 at first: the last round before which it was counted.
  void note(std::uint64_t& counted, std::uint64_t bytes) {
    if (std::exchange(counted, round_) != round_) ++files_;
    bytes_ += bytes;
  }
  // A round of syncs begins.
  void begin_round() {
    if (files_ == 0) return;
    journal_ = always_ || bytes_ < (files_ - 1) * kBytesPerSync;
    files_ = bytes_ = 0;
    ++round_;
  }
  bool journal() const { return journal_; }

 private:
  std::uint64_t round_ = 1;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  bool journal_;
  const bool always_;
};

}  // namespace millrace::log
