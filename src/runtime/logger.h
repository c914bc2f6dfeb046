#pragma once

#include <memory>

#include "ports/logger.h"

namespace millrace::runtime {

// Lines on standard error, "[2026-01-31 12:00:00,123] INFO text", from `least` upwards. Thread safe; a line is written
// whole before write() returns, so nothing is lost when the process dies.
std::unique_ptr<ports::Logger> make_logger(ports::Severity least);

}  // namespace millrace::runtime
