#include "runtime/logger.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

namespace millrace::runtime {
namespace {

spdlog::level::level_enum level_of(ports::Severity severity) {
  switch (severity) {
    case ports::Severity::debug:
      return spdlog::level::debug;
    case ports::Severity::info:
      return spdlog::level::info;
    case ports::Severity::warning:
      return spdlog::level::warn;
    case ports::Severity::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The level in capitals, as Kafka's operators search for it.
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    const std::string_view name = message.level == spdlog::level::debug  ? "DEBUG"
                                  : message.level == spdlog::level::info ? "INFO"
                                  : message.level == spdlog::level::warn ? "WARN"
                                                                         : "ERROR";
    to.append(name.data(), name.data() + name.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelName>(); }
};

// The line as a string of JSON, quotes included; bytes that are not UTF-8 are replaced.
class JsonText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& to) override {
    const nlohmann::json text = std::string(message.payload.data(), message.payload.size());
    const std::string quoted = text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    to.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonText>(); }
};

std::unique_ptr<spdlog::formatter> formatter_for(LogFormat format) {
  const bool json = format == LogFormat::json;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(json ? spdlog::pattern_time_type::utc
                                                                    : spdlog::pattern_time_type::local);
  formatter->add_flag<LevelName>('L').add_flag<JsonText>('J').set_pattern(
      json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%L","message":%J})" : "[%Y-%m-%d %H:%M:%S,%e] %L %v");
  return formatter;
}

class StderrLogger final : public ports::Logger {
 public:
  StderrLogger(ports::Severity least, LogFormat format)
      : out_("millrace", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    out_.set_formatter(formatter_for(format));
    out_.set_level(level_of(least));
    out_.flush_on(spdlog::level::trace);
  }
  void write(ports::Severity severity, std::string_view line) override {
    out_.log(level_of(severity), spdlog::string_view_t(line.data(), line.size()));
  }
  void set_least(ports::Severity least) override { out_.set_level(level_of(least)); }

 private:
  spdlog::logger out_;
};

}  // namespace

std::unique_ptr<ports::Logger> make_logger(ports::Severity least, LogFormat format) {
  return std::make_unique<StderrLogger>(least, format);
}

}  // namespace millrace::runtime
