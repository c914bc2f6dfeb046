#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace millrace::config {

// What becomes of a running server's settings when its file has been read again.
struct Reload {
  Settings settings;                      // what it goes on with
  std::vector<std::string> taken;         // names that take effect now, sorted
  std::vector<std::string> need_restart;  // names that differ and keep their values until a restart, sorted
};

// `running`: the explicit settings that are in force; `wanted`: those that were read again, valid as a whole. Taken is
// what Kafka lets be changed for all running servers, and the listeners; it stands below what was set on running
// servers, as settings of a file do. Names that are not known are taken as they are, and not told.
Reload plan_reload(const Settings& running, const Settings& wanted);

}  // namespace millrace::config
