#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"
#include "protocol/gen/consumer_group_describe.h"

namespace millrace::broker {

// KIP-848: state, members and assignments of consumer groups.
void consumer_group_describe(RequestPtr request, Broker& broker) {
  describe_modern_groups<protocol::ConsumerGroupDescribeRequest, protocol::ConsumerGroupDescribeResponse>(std::move(request), broker,
                                                                                      "group.version");
}

}  // namespace millrace::broker
