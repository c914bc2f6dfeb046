#include "apps/millrace/read_config.h"

#include <fmt/format.h>

#include "runtime/blocking_files.h"

namespace millrace::apps {
namespace {

constexpr std::size_t kSettingsFileMax = 16 * 1024 * 1024;

}  // namespace

Result<void, std::string> read_config_file(const std::string& path, config::StartOptions& options) {
  runtime::SystemFiles files;
  auto text = ports::read_whole(files, path, kSettingsFileMax);
  if (!text) {
    const char* why = text.error() == Error::not_found ? "there is no such file" : to_string(text.error());
    return fmt::format("--config {}: {}", path, why);
  }
  options.file = config::StartOptions::File{path, std::move(text).value()};
  return {};
}

}  // namespace millrace::apps
