#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "record/validate.h"

namespace millrace::broker {

// What a produce request carries for one partition, and what validation says of it. It owns all it needs, so that it
// can be validated off the shard.
struct BatchCheck {
  Buffer batch;  // gone once there is an outcome
  record::ValidationRules rules;
  std::optional<Result<record::Validated, record::ValidationFailure>> outcome;
};

// Validates those that have no outcome, one after the other, as long as they take no longer than a shard may be held up
// (kValidatedHere). True if none is left. `now` as for validate_produced, `scratch` the shard's.
bool check_here(std::vector<BatchCheck>& checks, WallTime now, record::Scratch& scratch);

// Validates those that have no outcome, however long that takes: for jobs.
void check_all(std::vector<BatchCheck>& checks, WallTime now);

}  // namespace millrace::broker
