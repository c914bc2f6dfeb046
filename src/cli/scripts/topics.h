#pragma once

#include "cli/scripts/script.h"

namespace millrace::cli {

// The options of kafka-topics.
std::span<const OptionSpec> topic_options();
// What is wrong with their combination, if anything.
std::optional<std::string> wrong_topic_options(const Options& options);

}  // namespace millrace::cli
