#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "record/batch.h"
#include "record/batch_builder.h"
#include "sim/checkers/history.h"

namespace millrace::sim {

// The key, and the value of at most `largest` bytes, that the number of a record decides.
std::pair<std::string, std::string> key_and_value(RecordId id, std::size_t largest);
// The number of a record with this key and value; nothing if they are not what the number says.
std::optional<RecordId> id_of_record(Bytes key, Bytes value);

// One batch with the records `ids`, whose keys, values and headers their numbers decide. `largest`: no value is longer.
Buffer make_batch(const std::vector<RecordId>& ids, WallTime time, std::size_t largest,
                  const record::BatchOptions& options);

// The records of a batch, each checked byte for byte against what its number says; nothing if the batch's checksum or
// any record is not right.
std::optional<std::vector<RecordId>> read_batch(const record::BatchView& batch);

}  // namespace millrace::sim
