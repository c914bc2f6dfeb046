#include "protocol/gen/share_group_describe.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"

namespace millrace::broker {

// KIP-932: state, members and assignments of share groups.
void share_group_describe(RequestPtr request, Broker& broker) {
  using Asked = protocol::ShareGroupDescribeRequest;
  describe_modern_groups<Asked, protocol::ShareGroupDescribeResponse>(std::move(request), broker, "share.version");
}

}  // namespace millrace::broker
