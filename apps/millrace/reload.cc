#include "apps/millrace/reload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "config/server_reload.h"

namespace millrace::apps {

Task Reloader::operator()() {
  auto loaded = load_();
  if (!loaded) {
    log_.error(fmt::format("SIGHUP: nothing changes: {}", loaded.error()));
    return {};
  }
  for (const std::string& line : loaded->warnings) log_.warning(line);
  config::Reload plan = config::plan_reload(running_, loaded->config.explicit_settings);
  if (!plan.need_restart.empty()) {
    log_.warning(fmt::format("SIGHUP: these settings take effect at the next start only: {}",
                             fmt::join(plan.need_restart, ", ")));
  }
  if (plan.taken.empty()) {
    log_.info("SIGHUP: the settings were read again, and nothing that can change on a running server did");
    return {};
  }
  log_.info(fmt::format("SIGHUP: these settings are as in the file from now on: {}", fmt::join(plan.taken, ", ")));
  running_ = std::move(plan.settings);
  return [node = node_, settings = running_] { node.take_settings(settings); };
}

}  // namespace millrace::apps
