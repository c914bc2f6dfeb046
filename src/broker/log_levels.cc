#include "broker/log_levels.h"

#include <algorithm>
#include <array>

namespace millrace::broker {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
constexpr std::string_view kInitial = "INFO";

constexpr std::array<std::string_view, 3> kLoggers = {kRequestLogger, kApisLogger, kRootLogger};

bool is_fine(std::string_view level) { return level == "DEBUG" || level == "TRACE"; }

}  // namespace

bool LogLevels::exists(std::string_view logger) { return std::ranges::find(kLoggers, logger) != kLoggers.end(); }

bool LogLevels::is_level(std::string_view level) { return std::ranges::find(kLevels, level) != kLevels.end(); }

void LogLevels::set(std::string_view logger, std::string_view level) {
  set_.insert_or_assign(std::string(logger), std::string(level));
  work_out();
}

void LogLevels::unset(std::string_view logger) {
  if (const auto at = set_.find(logger); at != set_.end()) set_.erase(at);
  work_out();
}

void LogLevels::work_out() {
  const auto levels = in_force();
  requests_ = is_fine(levels.at(std::string(kRequestLogger)));
  hang_ups_ = is_fine(levels.at(std::string(kApisLogger)));
}

ports::Severity LogLevels::least() const {
  const auto at = set_.find(kRootLogger);
  const std::string_view level = at != set_.end() ? std::string_view(at->second) : kInitial;
  if (is_fine(level)) return ports::Severity::debug;
  if (level == "INFO") return ports::Severity::info;
  return level == "WARN" ? ports::Severity::warning : ports::Severity::error;
}

std::map<std::string, std::string> LogLevels::in_force() const {
  std::map<std::string, std::string> levels;
  for (const auto logger : kLoggers) {
    auto at = set_.find(logger);
    if (at == set_.end()) at = set_.find(kRootLogger);
    levels.emplace(logger, at != set_.end() ? at->second : kInitial);
  }
  return levels;
}

}  // namespace millrace::broker
