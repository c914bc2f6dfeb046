#include "broker/handlers/coverage.h"

#include <fmt/format.h>

#include "broker/handlers/handlers.h"
#include "protocol/api.h"

namespace millrace::broker {
namespace {

std::string versions(std::int16_t min, std::int16_t max) {
  return min == max ? fmt::format("{}", min) : fmt::format("{} to {}", min, max);
}

std::string listeners(std::uint8_t bits) {
  const bool broker = (bits & protocol::kOnBroker) != 0;
  const bool controller = (bits & protocol::kOnController) != 0;
  return broker && controller ? "broker, controller" : broker ? "broker" : controller ? "controller" : "";
}

}  // namespace

std::string coverage_page() {
  std::string served;
  std::string missing;
  std::size_t count = 0;
  for (const auto& api : protocol::all_apis()) {
    if (!api.has_versions()) continue;
    const auto key = static_cast<std::int16_t>(api.key);
    const std::string all = versions(api.min_version, api.stable_version());
    if (const Handler* handler = find_handler(key); handler != nullptr) {
      ++count;
      served += fmt::format("| {} | {} | {} | {} | {} |\n", key, api.name, all,
                            versions(handler->min_version, handler->max_version), listeners(handler->listeners));
    } else {
      missing += fmt::format("| {} | {} | {} | {} |\n", key, api.name, all, listeners(api.listeners));
    }
  }
  return fmt::format(
      "# APIs\n\nWritten from the table in `src/broker/handlers/handlers.cc` by its test; "
      "`MILLRACE_WRITE_DOCS=1 ctest -R unit.broker` writes it anew.\n\n## Served: {}\n\n"
      "| key | API | Kafka 4.3.1 | here | listeners |\n|---|---|---|---|---|\n{}\n## Not served\n\n"
      "| key | API | Kafka 4.3.1 | listeners |\n|---|---|---|---|\n{}",
      count, served, missing);
}

}  // namespace millrace::broker
