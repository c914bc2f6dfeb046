#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "broker/placement.h"
#include "protocol/errc.h"
#include "replica/partition.h"

namespace millrace::broker {

class Broker;

// One validated batch for one partition; without bytes, the outcome only tells where the partition begins.
struct AppendItem {
  PartitionKey key;
  ShardId owner;
  Buffer batch;
};

struct AppendOutcome {
  protocol::Errc error = protocol::Errc::none;
  replica::Appended appended;                         // without an error
  Offset log_start = kNoOffset;                       // where the partition is here, also with an error
};

// Appends each item on the shard that owns its partition, each as durable as `acks` demands or refused by `deadline`;
// `done` gets the outcomes in the order of the items, when all are there. Appends to one partition happen in the order
// of the calls.
void append_all(Broker& broker, std::vector<AppendItem> items, replica::Acks acks, MonoTime deadline,
                Callback<void(std::vector<AppendOutcome>)> done);

}  // namespace millrace::broker
