// AlterConfigs (KIP-133): what a resource's settings are to be, all others unset.
#include "broker/handlers/alter_requests.h"
#include "protocol/gen/alter_configs.h"

namespace millrace::broker {
namespace {

struct Whole {
  using Request = protocol::AlterConfigsRequest;
  using Response = protocol::AlterConfigsResponse;
  static constexpr bool kReplaces = true;
  static SettingChange change(const Request::AlterableConfig& config) {
    return {config.name, static_cast<std::int8_t>(ChangeKind::set), config.value};
  }
};

}  // namespace

void alter_configs(RequestPtr request, Broker& broker) { AlterRequest<Whole>::handle(std::move(request), broker); }

}  // namespace millrace::broker
