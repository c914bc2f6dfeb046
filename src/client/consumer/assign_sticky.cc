#include <utility>

#include "client/consumer/sticky.h"

namespace millrace::client {

GroupAssignment assign_sticky(Assignees members, const PartitionCounts& topics, const PartitionRacks& racks) {
  const StickyGroup group = sticky_group(std::move(members), topics, racks);
  return sticky_assignment(group, sticky_shares(group));
}

}  // namespace millrace::client
