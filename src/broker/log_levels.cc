#include "broker/log_levels.h"

#include <algorithm>
#include <array>

namespace millrace::broker {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
constexpr std::string_view kInitial = "INFO";

// kafka.request.logger has a line for every request at DEBUG. The others are there for tools that set them: whatever
// this node has to say otherwise is the root's.
constexpr std::array<std::string_view, 9> kLoggers = {"kafka.controller",
                                                      "kafka.coordinator.group",
                                                      "kafka.log",
                                                      "kafka.network",
                                                      "kafka.network.RequestChannel",
                                                      kRequestLogger,
                                                      "kafka.server",
                                                      "kafka.server.KafkaApis",
                                                      kRootLogger};

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
  const auto& level = levels.at(std::string(kRequestLogger));
  requests_ = level == "DEBUG" || level == "TRACE";
}

std::map<std::string, std::string> LogLevels::in_force() const {
  std::map<std::string, std::string> levels;
  for (const auto logger : kLoggers) {
    // The nearest name above that is set counts: that of a logger is its own up to a dot.
    std::string_view name = logger;
    auto at = set_.find(name);
    while (at == set_.end() && name.find('.') != std::string_view::npos) {
      name = name.substr(0, name.rfind('.'));
      at = set_.find(name);
    }
    if (at == set_.end()) at = set_.find(kRootLogger);
    levels.emplace(logger, at != set_.end() ? at->second : kInitial);
  }
  return levels;
}

}  // namespace millrace::broker
