#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "client/limits.h"
#include "client/producer/staging.h"
#include "ports/clock.h"

namespace millrace::client {

// The system's clocks, read whenever they are asked. Any thread.
class LiveClock final : public ports::Clock {
 public:
  MonoTime now() const override { return MonoTime(since<std::chrono::steady_clock, std::chrono::nanoseconds>()); }
  WallTime wall() const override { return WallTime(since<std::chrono::system_clock, std::chrono::milliseconds>()); }

 private:
  template <typename Clock, typename Unit>
  static std::int64_t since() {
    return std::chrono::duration_cast<Unit>(Clock::now().time_since_epoch()).count();
  }
};

// What the program's threads put in and the client's thread takes out: records, as long as there is room for those that
// have no end yet. A thread that finds none waits.
class Intake {
 public:
  explicit Intake(const ProducerOptions& options)
      : options_(options), left_(static_cast<std::int64_t>(options.buffer_bytes)), staged_(options_) {
    spare_.reserve(kKeptHere);
  }

  enum class Put : std::uint8_t { full, waits, first };
  // Puts the record that `encoder` has sized; `first`: somebody must come for it. full: there was no room until
  // `patience` was over; `wait`: whether to wait at all.
  Put put(const Record& record, const RecordEncoder& encoder, std::size_t body, DeliveryCallback&& delivered, bool wait,
          std::chrono::milliseconds patience) {
    const auto bytes = static_cast<std::int64_t>(EncodedRecord::size_of(body));
    std::unique_lock lock(mutex_);
    if (left_ < bytes) {
      if (!wait) return Put::full;
      ++waiting_;
      const bool there = changed_.wait_for(lock, patience, [&] { return left_ >= bytes; });
      --waiting_;
      if (!there) return Put::full;
    }
    left_ -= bytes;
    if (!staged_.add(record, encoder, body, std::move(delivered), clock_, spare_)) return Put::waits;
    return std::exchange(expected_, true) ? Put::waits : Put::first;
  }
  // Gives room back, and takes memory for the next batches.
  void give(std::size_t bytes, std::vector<Batch::Space>& spare) {
    const std::lock_guard lock(mutex_);
    left_ += static_cast<std::int64_t>(bytes);
    for (; spare_.size() < kKeptHere && !spare.empty(); spare.pop_back()) {
      spare_.push_back(std::move(spare.back()));
    }
    if (waiting_ > 0) changed_.notify_all();
  }
  // Everything that is there, or all but a batch that may still grow and was begun after `keep_since`. `into` is empty.
  void take(Staging& into, std::optional<MonoTime> keep_since) {
    const std::lock_guard lock(mutex_);
    staged_.hand_over(into, keep_since);
  }
  struct Rest {
    bool more = false;                   // something is there, for which somebody will come
    std::optional<MonoTime> open_since;  // else: a batch that may still grow is all there is, and was begun then
  };
  // What has come since. Unless there is more, nobody comes from now on before put() has said `first`.
  Rest rest() {
    const std::lock_guard lock(mutex_);
    if (!staged_.empty() && !staged_.only_open()) return {true, std::nullopt};
    expected_ = false;
    return {false, staged_.empty() ? std::nullopt : std::optional(staged_.open()->begun())};
  }
  // Of records that nobody has come for.
  std::size_t staged_bytes() {
    const std::lock_guard lock(mutex_);
    return staged_.bytes();
  }
  const ProducerOptions& options() const { return options_; }

 private:
  static constexpr std::size_t kKeptHere = kSpareSpaces / 2;  // the rest is for batches that the producer begins
  const ProducerOptions options_;
  const LiveClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t left_;
  int waiting_ = 0;
  bool expected_ = false;  // somebody will come
  Staging staged_;         // of all threads, in order
  std::vector<Batch::Space> spare_;
};

}  // namespace millrace::client
