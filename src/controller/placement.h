#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "metadata/image.h"
#include "ports/random.h"

namespace millrace::controller {

// Chooses the replicas of new partitions: spread over racks, then over brokers, each broker leading as many as any
// other. Fenced brokers come last, and never lead. The error is the message of an INVALID_REPLICATION_FACTOR answer:
// there are not enough brokers, or none that is not fenced. `random` chooses where to begin, so that the first broker
// does not get the first partition of every topic.
Result<std::vector<std::vector<NodeId>>, std::string> place_replicas(const metadata::Image& image,
                                                                     std::int32_t partitions,
                                                                     std::int16_t replication_factor,
                                                                     ports::Random& random);

// The directory that a new replica on `broker` is recorded with: the broker's only one, or the id that leaves the
// choice to a broker with several (KIP-858).
Uuid directory_for(const metadata::Image& image, NodeId broker);

}  // namespace millrace::controller
