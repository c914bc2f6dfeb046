#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "millrace/future.h"
#include "millrace/loop.h"

// What tests of code that throws have in common.
namespace millrace::client::testing {

inline constexpr const char* kWords = "the cupboard is bare";

[[noreturn]] inline void fail() { throw std::runtime_error(kWords); }

inline bool names(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

// A loop whose errors are kept.
class Lines {
 public:
  const Loop& loop() const { return *loop_; }
  // Lines that have `what` and the words of fail().
  int count(const std::string& what) {
    // What the loop's thread was doing when this was called is over.
    Promise<void> promise;
    auto here = promise.future();
    loop_->execute([&] { promise.set(Status()); });
    std::ignore = here.get();
    const std::lock_guard lock(mutex_);
    int found = 0;
    for (const auto& line : lines_) found += names(line, what) && names(line, kWords) ? 1 : 0;
    return found;
  }

 private:
  LoopOptions options() {
    LoopOptions made;
    made.log = [this](LogLevel level, std::string_view line) {
      const std::lock_guard lock(mutex_);
      if (level == LogLevel::error) lines_.emplace_back(line);
    };
    return made;
  }
  std::mutex mutex_;
  std::vector<std::string> lines_;
  Result<Loop> loop_ = Loop::start(options());
};

}  // namespace millrace::client::testing
