#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/error_code.h"
#include "millrace/export.h"

namespace millrace::client {

// Where a failure comes from: what a program can decide on without reading the message.
enum class Cause : std::uint8_t {
  broker,               // the broker refused; Error::code says why
  timed_out,            // the time allowed for the call is over; it may or may not have taken effect
  network,              // no connection, or it broke before the answer
  closed,               // the client was closed before or during the call
  invalid_config,       // a setting's name or value
  invalid_argument,     // an argument of the call
  unsupported_version,  // the broker is too old (or too new) for what is asked
  authentication,       // the broker does not accept who we are, or we do not accept who it is
  too_large,            // a record or request above a bound
  queue_full,           // a bound of memory or of waiting calls is reached
  wrong_state,          // the call is not allowed now: a poll from two threads, a commit outside of a transaction
  corrupt,              // received bytes are not what their format demands
  serialization,        // a key or value cannot be turned into bytes or back
  cancelled,            // by the program
  callback,             // code of the program's that was called has thrown an exception
};

// Why a call has failed. A plain value: copy it, keep it, compare its parts. Any thread.
struct MILLRACE_API Error {
  Cause cause = Cause::broker;
  ErrorCode code = ErrorCode::none;  // with Cause::broker; none for a local cause
  bool retriable = false;            // the same call may succeed later
  bool fatal = false;                // this client can do nothing more: close it and make another
  bool abortable = false;            // of a transaction: abort it, then go on with the next
  std::string message;               // what failed, where, why, and what to do; one line
  std::string detail;                // the broker's own words, with Cause::broker; empty: it sent none

  // "UNKNOWN_TOPIC_OR_PARTITION" for a broker's code, "timed_out" for a local cause.
  std::string_view name() const;
  // name() and message.
  std::string text() const;
  bool is(ErrorCode other) const { return cause == Cause::broker && code == other; }
  bool is(Cause other) const { return cause == other; }
};

}  // namespace millrace::client
