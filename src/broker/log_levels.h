#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ports/logger.h"

namespace millrace::broker {

// The loggers of this node and their levels, which clients may change while it runs (KIP-412). A change lasts until the
// node stops. Each shard has its own, and all are told of a change.
class LogLevels {
 public:
  // Whether there is a logger of this name.
  static bool exists(std::string_view logger);
  // Whether Kafka takes this as a level: TRACE, DEBUG, INFO, WARN, ERROR, FATAL.
  static bool is_level(std::string_view level);

  // Precondition: both exist.
  void set(std::string_view logger, std::string_view level);
  // Back to the root's level. Precondition: the logger exists and is not the root.
  void unset(std::string_view logger);

  // Every logger with the level that is in force for it, in order of name.
  std::map<std::string, std::string> in_force() const;
  // Whether every request is to have a line (kafka.request.logger at DEBUG or TRACE), and whether those that the node
  // could not read and hung up on are (kafka.server.KafkaApis).
  bool requests() const { return requests_; }
  bool hang_ups() const { return hang_ups_; }
  // From where on lines are written: the root's level.
  ports::Severity least() const;

 private:
  void work_out();

  std::map<std::string, std::string, std::less<>> set_;
  bool requests_ = false;
  bool hang_ups_ = false;
};

inline constexpr std::string_view kRootLogger = "root";
inline constexpr std::string_view kRequestLogger = "kafka.request.logger";
inline constexpr std::string_view kApisLogger = "kafka.server.KafkaApis";

}  // namespace millrace::broker
