#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::broker {

// Texts that an answer points to until it is encoded: they stay where they are.
class Arena {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  std::optional<std::string_view> keep(std::optional<std::string> text) {
    if (!text) return std::nullopt;
    return keep(std::move(*text));
  }

 private:
  std::deque<std::string> texts_;
};

}  // namespace millrace::broker
