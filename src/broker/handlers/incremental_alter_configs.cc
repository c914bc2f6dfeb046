// IncrementalAlterConfigs (KIP-339).
#include "broker/handlers/alter_requests.h"
#include "protocol/gen/incremental_alter_configs.h"

namespace millrace::broker {
namespace {

struct Incremental {
  using Request = protocol::IncrementalAlterConfigsRequest;
  using Response = protocol::IncrementalAlterConfigsResponse;
  static constexpr bool kReplaces = false;
  static SettingChange change(const Request::AlterableConfig& config) {
    return {config.name, config.config_operation, config.value};
  }
};

}  // namespace

void incremental_alter_configs(RequestPtr request, Broker& broker) {
  AlterRequest<Incremental>::handle(std::move(request), broker);
}

}  // namespace millrace::broker
