#include "controller/apis.h"
#include "protocol/gen/controller_registration.h"
#include "protocol/gen/register_controller_record.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

Buffer answer(Errc code, std::int16_t version) {
  protocol::ControllerRegistrationResponse response;
  response.error_code = protocol::to_wire(code);
  response.error_message = std::nullopt;
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-919. Records where a controller listens and which feature levels it can work with.
Result<Decision> decide_controller_registration(const Context&, std::int16_t version, Bytes body) {
  protocol::ControllerRegistrationRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  protocol::RegisterControllerRecord record;
  record.controller_id = request.controller_id;
  record.incarnation_id = request.incarnation_id;
  record.zk_migration_ready = request.zk_migration_ready;
  for (const auto& listener : request.listeners) {
    record.end_points.push_back({listener.name, listener.host, listener.port, listener.security_protocol});
  }
  for (const auto& feature : request.features) {
    record.features.push_back({feature.name, feature.min_supported_version, feature.max_supported_version});
  }
  Decision decision;
  decision.record(record, 0);
  decision.response = answer(Errc::none, version);
  return decision;
}

Buffer refuse_controller_registration(std::int16_t version, Bytes, protocol::Errc code) {
  return answer(code, version);
}

}  // namespace millrace::controller
