#include "protocol/api.h"

#include "base/assert.h"

namespace millrace::protocol {

const ApiInfo* find_api(std::int16_t key) {
  const auto apis = all_apis();
  if (key < 0 || static_cast<std::size_t>(key) >= apis.size()) return nullptr;
  return &apis[static_cast<std::size_t>(key)];
}

const ApiInfo* find_api(std::string_view name) {
  for (const ApiInfo& api : all_apis()) {
    if (api.name == name) return &api;
  }
  return nullptr;
}

const ApiInfo& api_info(ApiKey key) {
  const ApiInfo* api = find_api(static_cast<std::int16_t>(key));
  MR_ASSERT(api != nullptr);
  return *api;
}

std::int16_t request_header_version(std::int16_t api_key, std::int16_t api_version) {
  const ApiInfo* api = find_api(api_key);
  return api == nullptr || api_version >= api->flexible_since ? 2 : 1;
}

std::int16_t response_header_version(std::int16_t api_key, std::int16_t api_version) {
  if (api_key == static_cast<std::int16_t>(ApiKey::api_versions)) return 0;
  const ApiInfo* api = find_api(api_key);
  return api == nullptr || api_version >= api->flexible_since ? 1 : 0;
}

}  // namespace millrace::protocol
