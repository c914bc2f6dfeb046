#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/fetch.h"
#include "record/batch_builder.h"

namespace millrace::client::testing {

// The log of one partition, t-0: a batch for each value, at offsets from 0 on. Brokers that serve it know no sessions
// of fetches, answer each with one batch, and have it end when the log does.
class ScriptedLog {
 public:
  using Part = protocol::FetchResponse::PartitionData;
  // Has the broker answer ListOffsets and Fetch. `before` (the request, the answer's partition) may answer a fetch in
  // its place: then it returns true.
  void serve(ScriptedBroker& broker, std::function<bool(const protocol::FetchRequest&, Part&)> before = {});

  std::vector<std::string> values;
  record::BatchOptions shape;  // of the batches, but for their offsets

 private:
  Bytes batch(std::size_t at);

  std::vector<Buffer> held_;
};

}  // namespace millrace::client::testing
