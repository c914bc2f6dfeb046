#pragma once

#include <cstdint>
#include <memory>

#include "ports/logger.h"

namespace millrace::runtime {

// How a line is written: "[2026-01-31 12:00:00,123] INFO text", or
// {"time":"2026-01-31T12:00:00.123Z","level":"INFO","message":"text"}.
enum class LogFormat : std::uint8_t { text, json };

// Lines on standard error, from `least` upwards. Thread safe; a line is written
// whole before write() returns, so nothing is lost when the process dies.
std::unique_ptr<ports::Logger> make_logger(ports::Severity least, LogFormat format = LogFormat::text);

}  // namespace millrace::runtime
