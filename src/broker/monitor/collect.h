#pragma once

#include "metrics/sheet.h"

namespace millrace::broker {

class Broker;

// What one shard has to tell: its requests, its partitions, its connections. On that shard.
metrics::Sheet collect_shard(Broker& broker);

// What only one shard tells for the whole node: the cluster as its metadata shows it, and the process. On shard 0.
metrics::Sheet collect_node(Broker& broker);

}  // namespace millrace::broker
