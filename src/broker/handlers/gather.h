#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/callback.h"

namespace millrace::broker {

// Waits for answers from several shards: `done` is called when seal() and every call that a slot promised has come.
template <typename T>
class Gather : public std::enable_shared_from_this<Gather<T>> {
 public:
  explicit Gather(Callback<void(std::vector<T>)> done) : done_(std::move(done)) {}

  // What takes the next answer. Answers stand in the order of their slots.
  Callback<void(T)> slot() {
    const std::size_t at = answers_.size();
    answers_.emplace_back();
    ++left_;
    return [self = this->shared_from_this(), at](T answer) {
      self->answers_[at] = std::move(answer);
      self->one_less();
    };
  }
  // No further slots.
  void seal() { one_less(); }

 private:
  void one_less() {
    if (--left_ == 0) done_(std::move(answers_));
  }

  std::vector<T> answers_;
  std::size_t left_ = 1;
  Callback<void(std::vector<T>)> done_;
};

}  // namespace millrace::broker
