#include "broker/monitor/request_times.h"

#include <algorithm>
#include <string>

#include "broker/monitor/families.h"
#include "protocol/api.h"

namespace millrace::broker {

void RequestTimes::answered(std::int16_t api_key, std::int16_t version, Nanos took, MonoTime now) {
  const auto key = static_cast<std::size_t>(api_key);
  if (key >= kApis) return;
  auto& api = apis_[key];
  if (api == nullptr) api = std::make_unique<Api>();
  ++api->by_version[std::min(static_cast<std::size_t>(version), kVersions - 1)];
  api->total.record(took, now);
}

void RequestTimes::report(metrics::Sheet& sheet, MonoTime now) const {
  for (std::size_t key = 0; key < kApis; ++key) {
    if (apis_[key] == nullptr) continue;
    const auto* info = protocol::find_api(static_cast<std::int16_t>(key));
    const std::string name(info != nullptr ? info->name : "Unknown");
    for (std::size_t version = 0; version < kVersions; ++version) {
      const std::uint64_t count = apis_[key]->by_version[version];
      if (count == 0) continue;
      sheet.add(families::kRequests, {{"request", name}, {"version", std::to_string(version)}},
                static_cast<double>(count));
    }
    sheet.add(families::kRequestTime, {{"request", name}}, apis_[key]->total, now);
  }
}

}  // namespace millrace::broker
