#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::ports {

enum class Severity : std::uint8_t { debug, info, warning, error };

// Lines for the operator: one event each, with what failed, where, why and what to do. Never one per record.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void write(Severity severity, std::string_view line) = 0;
  // From now on, lines below `least` are dropped; for the whole process. Any thread. What writes for a test may keep
  // everything.
  virtual void set_least(Severity /*least*/) {}

  void info(std::string_view line) { write(Severity::info, line); }
  void warning(std::string_view line) { write(Severity::warning, line); }
  void error(std::string_view line) { write(Severity::error, line); }
};

}  // namespace millrace::ports
