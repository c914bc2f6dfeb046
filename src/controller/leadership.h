#pragma once

#include <optional>

#include "base/ids.h"
#include "base/uuid.h"
#include "controller/decision.h"
#include "controller/partition_change.h"
#include "metadata/image.h"
#include "protocol/gen/partition_change_record.h"

namespace millrace::controller {

// The record that a shift makes of one partition; nothing if it stays as it is.
std::optional<protocol::PartitionChangeRecord> shifted(const metadata::Image& image, const Uuid& topic,
                                                       const metadata::PartitionImage& partition, const Shift& shift,
                                                       const PartitionRules& rules);

// Adds the records of every partition that the shift changes.
void shift_partitions(const Context& context, const Shift& shift, Decision& decision);

// Whether some partition is led by `broker`.
bool leads_any(const metadata::Image& image, NodeId broker);

}  // namespace millrace::controller
