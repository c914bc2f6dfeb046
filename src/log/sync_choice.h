#pragma once

#include <cstdint>
#include <utility>

#include "log/limits.h"

namespace millrace::log {

// Which way makes what a shard writes durable at less cost: one sync of its journal, for which every byte is written
// twice, or a sync of each file, which as a rule writes what the file has grown by into its inode as well. Decided by
// the writes between the beginnings of rounds of syncs, of whichever kind, in a mean that old rounds fade out of: with
// the last one alone, two kinds of rounds beside each other would split the writes and each call for the other kind
// (docs/decisions/0008-journal.md).
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
    fade(rounds_sum_, kUnit);
    fade(files_sum_, std::exchange(files_, 0) * kUnit);
    fade(bytes_sum_, std::exchange(bytes_, 0) * kUnit);
    journal_ = always_ || bytes_sum_ + rounds_sum_ * kBytesPerJournalSync < files_sum_ * kBytesPerSync;
    ++round_;
  }
  bool journal() const { return journal_; }

 private:
  static constexpr std::uint64_t kUnit = 1024;  // so that a sum fades evenly down to where it says nothing
  static void fade(std::uint64_t& sum, std::uint64_t more) { sum += more - sum / kRoundsRemembered; }

  std::uint64_t round_ = 1;
  std::uint64_t files_ = 0;  // since the last round began
  std::uint64_t bytes_ = 0;
  std::uint64_t rounds_sum_ = 0;
  std::uint64_t files_sum_ = 0;
  std::uint64_t bytes_sum_ = 0;
  bool journal_;
  const bool always_;
};

}  // namespace millrace::log
