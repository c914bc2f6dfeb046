#include "protocol/gen/consumer_group_describe.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"

namespace millrace::broker {

// KIP-848: state, members and assignments of consumer groups.
void consumer_group_describe(RequestPtr request, Broker& broker) {
  using Asked = protocol::ConsumerGroupDescribeRequest;
  describe_modern_groups<Asked, protocol::ConsumerGroupDescribeResponse>(std::move(request), broker, "group.version");
}

}  // namespace millrace::broker
