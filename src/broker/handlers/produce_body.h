#pragma once

#include "protocol/gen/produce.h"

namespace millrace::broker {

// Names every topic once and in it every partition once, as Kafka understands a request: of a partition that is named
// twice the last records count, at its first place. Topics without partitions are left out.
void name_once(protocol::ProduceRequest& body);

}  // namespace millrace::broker
