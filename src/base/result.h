#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace millrace {

// What can go wrong inside. A value is added only if some caller acts on it differently; Kafka's error codes are
// chosen from it at the edge, in one place per API.
enum class Error : std::uint8_t {
  none = 0,
  io,             // the device failed; the file it came from is broken from now on
  no_space,       // the disk or the quota is full; nothing was written
  not_found,      // no such file, partition, member, ...
  exists,         // it is there already
  corrupt,        // stored or received bytes are not what their format demands
  truncated,      // the bytes end before the value does
  out_of_range,   // an offset, index or number outside what is allowed or present
  too_large,      // a bound of ours (limits.h) or a setting forbids the size
  unsupported,    // a version, codec or feature that is not known
  would_block,    // not now; nothing happened
  closed,         // the peer or the owner has closed it
  refused,        // the system or the peer will not do it: permission, address in use
  stale,          // an older epoch or generation than the one in force
};

// The name of an error, as used in logs: "corrupt".
const char* to_string(Error error) noexcept;

// A value, or why there is none. Small, no allocation of its own; never throws.
template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition: ok().
  T& value() & {
    MR_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    MR_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    MR_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Precondition: !ok().
  const E& error() const {
    MR_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  T value_or(T fallback) const& { return ok() ? value() : std::move(fallback); }

 private:
  std::variant<T, E> state_;
};

// Success without a value, or why not. Result<void>() is success.
template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // Precondition: !ok().
  const E& error() const {
    MR_ASSERT(!ok());
    return *std::get_if<1>(&error_);
  }

 private:
  std::variant<std::monostate, E> error_;
};

using Status = Result<void>;

}  // namespace millrace

// Leaves the function with the error of `expression` (a Status or Result) if it has one.
#define MR_TRY(expression)                                \
  do {                                                    \
    if (auto mr_try_ = (expression); !mr_try_.ok()) {     \
      return mr_try_.error();                             \
    }                                                     \
  } while (false)
