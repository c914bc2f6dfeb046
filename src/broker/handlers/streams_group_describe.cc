#include "protocol/gen/streams_group_describe.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"

namespace millrace::broker {

// KIP-1071: state, members and assignments of streams groups.
void streams_group_describe(RequestPtr request, Broker& broker) {
  using Asked = protocol::StreamsGroupDescribeRequest;
  describe_modern_groups<Asked, protocol::StreamsGroupDescribeResponse>(std::move(request), broker, "streams.version");
}

}  // namespace millrace::broker
