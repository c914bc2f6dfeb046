#pragma once

#include <optional>

#include "base/ids.h"
#include "base/uuid.h"
#include "controller/decision.h"
#include "metadata/image.h"
#include "protocol/gen/partition_change_record.h"

namespace millrace::controller {

// Why a partition is looked at again.
struct Shift {
  NodeId leaves = kNoNode;   // stops or is fenced: leaves the ISR and cannot lead
  NodeId unclean = kNoNode;  // may have lost what it had: is not eligible any more
  NodeId joins = kNoNode;    // has just become active, though the image does not say so yet
};

// The record that such a shift makes of one partition; nothing if it stays as it is. `eligible_kept` and `min_isr` are
// the rules in force (KIP-966): with them a replica that leaves an ISR which falls below min_isr stays eligible, and a
// partition without any eligible replica may go back to the last leader it had, uncleanly.
std::optional<protocol::PartitionChangeRecord> shifted(const metadata::Image& image, const Uuid& topic,
                                                       const metadata::PartitionImage& partition, const Shift& shift,
                                                       bool eligible_kept, std::int32_t min_isr);

// Adds the records of every partition that the shift changes.
void shift_partitions(const Context& context, const Shift& shift, Decision& decision);

// Whether some partition is led by `broker`.
bool leads_any(const metadata::Image& image, NodeId broker);

}  // namespace millrace::controller
