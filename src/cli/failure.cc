#include "cli/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace millrace::cli {

using client::Cause;
using client::ErrorCode;

namespace {

struct Step {
  ErrorCode code;
  std::string_view line;
};
constexpr auto kSteps = std::to_array<Step>({
    {ErrorCode::unknown_topic_or_partition, "millrace topic list"},
    {ErrorCode::unknown_topic_id, "millrace topic list"},
    {ErrorCode::topic_already_exists, "millrace topic describe"},
    {ErrorCode::invalid_replication_factor, "millrace cluster info"},
    {ErrorCode::leader_not_available, "millrace cluster health"},
    {ErrorCode::not_enough_replicas, "millrace cluster health"},
    {ErrorCode::group_id_not_found, "millrace group list"},
    {ErrorCode::non_empty_group, "millrace group describe"},
    {ErrorCode::unknown_member_id, "millrace group describe"},
    {ErrorCode::offset_out_of_range, "millrace topic offsets"},
});

}  // namespace

Failure failure_of(const client::Error& error) {
  switch (error.cause) {
    case Cause::network:
    case Cause::authentication: return {kNoConnection, error.text()};
    case Cause::timed_out: return {kTimedOut, error.text()};
    case Cause::invalid_config:
    case Cause::invalid_argument: return {kUsage, error.text()};
    default: return {kSomeFailed, error.text()};
  }
}

std::string next_step(const client::Error& error) {
  // Where the settings that led there come from.
  if (error.cause == Cause::network || error.cause == Cause::authentication) return "millrace profile show";
  if (error.cause != Cause::broker) return {};
  const auto at = std::ranges::find(kSteps, error.code, &Step::code);
  return at == kSteps.end() ? fmt::format("millrace explain {}", error.name()) : std::string(at->line);
}

Failure failure_with_step(const client::Error& error) {
  Failure failure = failure_of(error);
  if (const auto next = next_step(error); !next.empty()) failure.text += "\n  next: " + next;
  return failure;
}

}  // namespace millrace::cli
