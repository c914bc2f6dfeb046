#include "broker/handlers/batch_checks.h"

#include "broker/limits.h"

namespace millrace::broker {
namespace {

bool check(std::vector<BatchCheck>& checks, WallTime now, record::Scratch& scratch, record::Effort effort) {
  bool all = true;
  for (BatchCheck& each : checks) {
    if (each.outcome) continue;
    auto outcome = record::validate_produced(each.batch, each.rules, now, scratch, effort);
    if (!outcome && outcome.error().refusal == record::Refusal::takes_long) {
      all = false;
      continue;
    }
    each.outcome = std::move(outcome);
    each.batch = Buffer();
  }
  return all;
}

}  // namespace

bool check_here(std::vector<BatchCheck>& checks, WallTime now, record::Scratch& scratch) {
  return check(checks, now, scratch, {kValidatedHere});
}

void check_all(std::vector<BatchCheck>& checks, WallTime now) {
  record::Scratch scratch;
  check(checks, now, scratch, {});
}

}  // namespace millrace::broker
