#pragma once

#include <string>

#include "client/cluster_options.h"
#include "client/consumer/options.h"
#include "client/producer/options.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

inline constexpr const char* kCoreGroup = "core-readers";

// Settings of the C++ client's core, drawn from a seed: short times, so that everything that waits for one happens
// within a run, and small bounds, so that they are met.
client::ClusterOptions draw_cluster(Prng& prng, const Stage& stage, std::string client_id);
client::ProducerOptions draw_producer(Prng& prng);
// A member of the group kCoreGroup; what all members must agree on comes from `group`, a stream that is the same for
// all of them.
client::ConsumerOptions draw_consumer(Prng& prng, Prng group);

}  // namespace millrace::sim
