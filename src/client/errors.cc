#include "client/errors.h"

#include <fmt/format.h>

#include <utility>

#include "millrace/callbacks.h"

namespace millrace::client {
namespace {

using protocol::Errc;

std::string_view cause_name(Cause cause) {
  switch (cause) {
    case Cause::broker: return "broker";
    case Cause::timed_out: return "timed_out";
    case Cause::network: return "network";
    case Cause::closed: return "closed";
    case Cause::invalid_config: return "invalid_config";
    case Cause::invalid_argument: return "invalid_argument";
    case Cause::unsupported_version: return "unsupported_version";
    case Cause::authentication: return "authentication";
    case Cause::too_large: return "too_large";
    case Cause::queue_full: return "queue_full";
    case Cause::wrong_state: return "wrong_state";
    case Cause::corrupt: return "corrupt";
    case Cause::serialization: return "serialization";
    case Cause::cancelled: return "cancelled";
    case Cause::callback: return "callback";
  }
  return "";
}

bool fatal(Errc code) {
  return code == Errc::producer_fenced || code == Errc::fenced_instance_id ||
         code == Errc::transactional_id_authorization_failed;
}

}  // namespace

std::string_view Error::name() const {
  if (cause != Cause::broker) return cause_name(cause);
  return protocol::name(protocol::from_wire(static_cast<std::int16_t>(code)));
}

std::string Error::text() const { return fmt::format("{}: {}", name(), message); }

Error broker_error(Errc code, std::string_view what, std::string_view detail) {
  Error error;
  error.cause = Cause::broker;
  error.code = static_cast<ErrorCode>(protocol::to_wire(code));
  error.retriable = protocol::retriable(code);
  error.fatal = fatal(code);
  const std::string_view hint = advice(code);
  error.message = fmt::format("{} failed: {}{}{}{}{}", what, protocol::name(code), detail.empty() ? "" : " (", detail,
                              detail.empty() ? "" : ")", hint.empty() ? "" : "; ");
  error.message += hint;
  error.detail = detail;
  return error;
}

Status broker_status(std::int16_t wire_code, std::string_view what, std::string_view detail) {
  if (wire_code == 0) return {};
  return broker_error(protocol::from_wire(wire_code), what, detail);
}

Error detail::thrown(std::string_view what, const std::exception_ptr& exception) {
  std::string words = "what is no std::exception";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& known) {
    words = known.what();
  } catch (...) {
  }
  return local_error(Cause::callback, fmt::format("{} has thrown an exception: {}; catch it there", what, words));
}

Error local_error(Cause cause, std::string message) {
  Error error;
  error.cause = cause;
  error.retriable = cause == Cause::timed_out || cause == Cause::network || cause == Cause::queue_full;
  error.message = std::move(message);
  return error;
}

}  // namespace millrace::client
