#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "millrace/error.h"
#include "millrace/result.h"

namespace millrace::cli {

// Exit codes of every command of millrace. The scripts of Kafka's names have only 0 and 1, as there.
inline constexpr int kDone = 0;
inline constexpr int kSomeFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNoConnection = 3;
inline constexpr int kTimedOut = 4;
inline constexpr int kCheckFailed = 5;

// Why a command ends: its exit code and one line for stderr.
struct Failure {
  int code = kSomeFailed;
  std::string text;
};
template <typename T>
using Outcome = millrace::Result<T, Failure>;

// What a failed call of the client library means for a command: the exit code by its cause, the text is the error's.
Failure failure_of(const client::Error& error);

// The command to run next after an error; empty where there is nothing better than what the error says itself.
std::string next_step(const client::Error& error);
// failure_of() with that command in a line of its own.
Failure failure_with_step(const client::Error& error);

// A result of the client library as one of a command.
template <typename T>
Outcome<T> outcome(client::Result<T> result) {
  if (!result) return failure_with_step(result.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(result).value();
  }
}

// The words that Kafka's clients have for an error: the broker's own, or else those that belong to its code.
std::string plain_message(const client::Error& error);

}  // namespace millrace::cli
