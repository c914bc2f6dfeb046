#include "controller/apis.h"

#include "protocol/gen/api_key.h"

namespace millrace::controller {
namespace {

#define MILLRACE_API(name) {static_cast<std::int16_t>(protocol::ApiKey::name), decide_##name, refuse_##name},
constexpr Api kDecided[] = {MILLRACE_CONTROLLER_APIS(MILLRACE_API)};
#undef MILLRACE_API
#define MILLRACE_API(name) {static_cast<std::int16_t>(protocol::ApiKey::name), nullptr, refuse_##name},
constexpr Api kRead[] = {MILLRACE_REPLICA_APIS(MILLRACE_API)};
#undef MILLRACE_API

}  // namespace

const Api* find_api(std::int16_t key) {
  for (const Api& api : kDecided) {
    if (api.key == key) return &api;
  }
  for (const Api& api : kRead) {
    if (api.key == key) return &api;
  }
  return nullptr;
}

}  // namespace millrace::controller
