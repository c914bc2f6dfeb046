#pragma once

#include "client/settings.h"

namespace millrace::client {

// cluster_options(), with TLS as the ssl.* settings say and the configuration's source of tokens. Reads the files that
// they name. Cause::invalid_config names the setting.
Result<ClusterOptions> connection_options(const Settings& settings, const Config& config);

}  // namespace millrace::client
