#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "controller/decision.h"
#include "metadata/image.h"
#include "protocol/gen/partition_record.h"

namespace millrace::controller {

// Whether the broker is registered, not fenced, and not about to stop: it may lead and be in an ISR.
bool is_active(const metadata::Image& image, NodeId id);

// Whether the replica's directory is in service as far as its broker's registration says (KIP-858): it names the
// directory, the partition has none yet, or the broker did not say which it has.
bool has_online_directory(const metadata::Image& image, const metadata::PartitionImage& partition, NodeId replica);

// What is wrong with a list of replicas that somebody chose by hand, in Kafka's words; nothing if it can be used.
// `factor` is how many replicas it must have, 0 for any number.
std::optional<std::string> check_replicas(const metadata::Image& image, const std::vector<std::int32_t>& ids,
                                          std::size_t factor);

// What is wrong with such a list for a new partition `index`, of which some replica must be active.
std::optional<std::string> check_new_replicas(const metadata::Image& image, std::int32_t index,
                                              const std::vector<std::int32_t>& ids, std::size_t factor);

// Records a new partition whose ISR is those of its replicas that are active, led by the first of them.
void record_partition(const Context& context, const Uuid& topic, std::int32_t index,
                      const std::vector<NodeId>& replicas, Decision& decision);

std::vector<NodeId> nodes_of(const std::vector<std::int32_t>& ids);
std::vector<std::int32_t> ids_of(const std::vector<NodeId>& nodes);

}  // namespace millrace::controller
