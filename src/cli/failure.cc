#include "cli/failure.h"

namespace millrace::cli {

using client::Cause;

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

std::string plain_message(const client::Error& error) { return error.detail.empty() ? error.message : error.detail; }

}  // namespace millrace::cli
