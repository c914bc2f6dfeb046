#pragma once

#include <string>

#include "base/result.h"
#include "cli/options.h"
#include "config/format_plan.h"
#include "config/server_config.h"

namespace millrace::cli {

// What the options of kafka-storage format ask for, checked as the original does. The error is a line.
Result<config::FormatRequest, std::string> format_request(const Options& options, const config::ServerConfig& config);

}  // namespace millrace::cli
