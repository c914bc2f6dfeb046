#pragma once

namespace millrace {

// Prints the broken invariant and its place to standard error, then aborts. Never returns.
[[noreturn]] void invariant_broken(const char* expression, const char* file, int line) noexcept;

}  // namespace millrace

// An invariant of ours, checked in every build: to go on after it is broken could lose data. Input from outside is
// never checked with this: it gets an Error.
#define MR_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : ::millrace::invariant_broken(#expression, __FILE__, __LINE__))
