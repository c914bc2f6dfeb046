#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"
#include "protocol/gen/share_group_describe.h"

namespace millrace::broker {

// KIP-932: state, members and assignments of share groups.
void share_group_describe(RequestPtr request, Broker& broker) {
  describe_modern_groups<protocol::ShareGroupDescribeRequest, protocol::ShareGroupDescribeResponse>(std::move(request), broker,
                                                                                      "share.version");
}

}  // namespace millrace::broker
