#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "millrace/error.h"

namespace millrace::client {

namespace detail {
// value() of a failure, or error() of a success: a mistake of the program that would read what is not there.
[[noreturn]] inline void misused_result(const char* what, const Error* error) {
  std::fprintf(stderr, "millrace: %s%s%s\n", what, error ? ": " : "", error ? error->text().c_str() : "");
  std::abort();
}
}  // namespace detail

// A value, or why there is none. Never throws. A plain value without thread rules of its own.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value. On a failure the process is ended with the error's text: ask ok() first.
  T& value() & {
    check();
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    check();
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    check();
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T fallback) const& { return ok() ? value() : std::move(fallback); }

  // Why there is no value. Of a success: ends the process.
  const Error& error() const {
    if (ok()) detail::misused_result("error() of a result that has a value", nullptr);
    return *std::get_if<1>(&state_);
  }

 private:
  void check() const {
    if (!ok()) detail::misused_result("value() of a failed result", std::get_if<1>(&state_));
  }
  std::variant<T, Error> state_;
};

// Success, or why not. Result<void>() is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    if (ok()) detail::misused_result("error() of a success", nullptr);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace millrace::client
