#include "broker/handlers/handlers.h"
#include "broker/handlers/modern_groups.h"
#include "protocol/gen/streams_group_describe.h"

namespace millrace::broker {

// KIP-1071: state, members and assignments of streams groups.
void streams_group_describe(RequestPtr request, Broker& broker) {
  describe_modern_groups<protocol::StreamsGroupDescribeRequest, protocol::StreamsGroupDescribeResponse>(std::move(request), broker,
                                                                                      "streams.version");
}

}  // namespace millrace::broker
