#include "controller/apis.h"
#include "controller/broker_states.h"
#include "controller/leadership.h"
#include "protocol/gen/broker_heartbeat.h"

namespace millrace::controller {
namespace {

using metadata::BrokerImage;
using protocol::BrokerHeartbeatRequest;
using protocol::BrokerHeartbeatResponse;
using protocol::Errc;

enum class State : std::uint8_t { fenced, unfenced, controlled_shutdown, shutdown_now };

State present(const BrokerImage& broker) {
  if (broker.fenced) return State::fenced;
  return broker.in_controlled_shutdown ? State::controlled_shutdown : State::unfenced;
}

// What the broker is to be after this heartbeat. It stops only when it leads nothing any more.
State next(const Context& context, const BrokerImage& broker, const BrokerHeartbeatRequest& request) {
  const bool caught_up = request.current_metadata_offset >= broker.epoch;
  switch (present(broker)) {
    case State::fenced:
      if (request.want_shut_down) return State::shutdown_now;
      return !request.want_fence && caught_up ? State::unfenced : State::fenced;
    case State::unfenced:
      if (request.want_fence) return request.want_shut_down ? State::shutdown_now : State::fenced;
      if (!request.want_shut_down) return State::unfenced;
      return leads_any(context.image, broker.id) ? State::controlled_shutdown : State::shutdown_now;
    default:
      return leads_any(context.image, broker.id) ? State::controlled_shutdown : State::shutdown_now;
  }
}

void cordon(const Context& context, const BrokerImage& broker, const BrokerHeartbeatRequest& request,
            Decision& decision) {
  if (!request.cordoned_log_dirs || broker.cordoned_log_dirs == request.cordoned_log_dirs) return;
  if (context.image.feature("metadata.version") < kCordonedDirectoriesSince) return;
  protocol::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.id.value();
  record.broker_epoch = broker.epoch;
  record.cordoned_log_dirs = request.cordoned_log_dirs;
  decision.record(record, 3);
}

Buffer failed(Errc code, std::int16_t version) {
  BrokerHeartbeatResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-631. A registered broker is unfenced once it has the metadata that contains its registration; one that wants to
// stop hands over its partitions first and is then told to.
//
// Errors: STALE_BROKER_EPOCH unless the broker is registered with this epoch.
Result<Decision> decide_broker_heartbeat(const Context& context, std::int16_t version, Bytes body) {
  BrokerHeartbeatRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  const BrokerImage* broker = context.image.broker(NodeId(request.broker_id));
  if (broker == nullptr || broker->epoch != request.broker_epoch) {
    decision.response = failed(Errc::stale_broker_epoch, version);
    return decision;
  }
  lose_directories(context, *broker, request.offline_log_dirs, decision);
  cordon(context, *broker, request, decision);
  const State before = present(*broker);
  const State after = next(context, *broker, request);
  if (after != before) {
    if (after == State::unfenced) unfence(context, *broker, decision);
    if (after == State::controlled_shutdown) begin_shutdown(context, *broker, decision);
    if ((after == State::fenced || after == State::shutdown_now) && before != State::fenced) {
      fence(context, *broker, decision);
    }
  }
  BrokerHeartbeatResponse response;
  response.is_caught_up = request.current_metadata_offset >= broker->epoch;
  response.is_fenced = after == State::fenced || after == State::shutdown_now;
  response.should_shut_down = after == State::shutdown_now;
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_broker_heartbeat(std::int16_t version, Bytes, protocol::Errc code) { return failed(code, version); }

}  // namespace millrace::controller
