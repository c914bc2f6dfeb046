#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/console.h"
#include "config/features.h"

// What kafka-features and kafka-storage tell of features.
namespace millrace::cli {

// "NAME=LEVEL". The error is a line in the words of kafka-features.
Result<config::Feature, std::string> parse_feature(const std::string& text);

// Which releases the line of a wrong one names: all that exist, or those that are not under way any more.
enum class Releases : std::uint8_t { all, stable };

// The level of "4.3-IV0" or "4.3". The error is a line that names them all.
Result<std::int16_t, std::string> parse_release(const std::string& text, Releases named = Releases::all);

// The features of a release in Kafka's order, metadata.version first, with those at level 0.
std::vector<config::Feature> features_of_release(std::int16_t metadata_version);

// Prints features_of_release(); `release` is how it was asked for. The error is a line.
Result<void, std::string> print_version_mapping(Console& console, const std::string& release);

// Prints what a level needs. `unsupported`: the line for a level that the feature does not have. The error is a line.
Result<void, std::string> print_dependencies(Console& console, const config::Feature& feature,
                                             const std::string& unsupported);

}  // namespace millrace::cli
