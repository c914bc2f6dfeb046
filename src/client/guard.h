#pragma once

#include <exception>
#include <optional>
#include <string_view>

#include "millrace/callbacks.h"

namespace millrace::client {

// Calls code of the program's, which may throw, where nothing of ours does: what it threw, as an error that names it.
// Every call of the program's code goes through this or through detail::Home (millrace/callbacks.h).
template <typename Call>
[[nodiscard]] std::optional<Error> guarded(std::string_view what, Call&& call) {
  try {
    call();
    return std::nullopt;
  } catch (...) {
    return detail::thrown(what, std::current_exception());
  }
}

}  // namespace millrace::client
