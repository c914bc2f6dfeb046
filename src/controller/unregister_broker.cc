#include "controller/apis.h"
#include "controller/leadership.h"
#include "protocol/gen/unregister_broker.h"
#include "protocol/gen/unregister_broker_record.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::UnregisterBrokerRequest;
using protocol::UnregisterBrokerResponse;

Buffer answer(Errc code, std::string_view message, std::int16_t version) {
  UnregisterBrokerResponse response;
  response.error_code = protocol::to_wire(code);
  response.error_message = message;
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-631. The broker leads nothing any more and is forgotten; one that still runs registers again when it restarts.
Result<Decision> decide_unregister_broker(const Context& context, std::int16_t version, Bytes body) {
  UnregisterBrokerRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  const metadata::BrokerImage* broker = context.image.broker(NodeId(request.broker_id));
  if (broker == nullptr) {
    decision.response =
        answer(Errc::broker_id_not_registered,
               "Broker ID " + std::to_string(request.broker_id) + " is not currently registered", version);
    return decision;
  }
  shift_partitions(context, {broker->id, kNoNode, kNoNode}, decision);
  protocol::UnregisterBrokerRecord record;
  record.broker_id = broker->id.value();
  record.broker_epoch = broker->epoch;
  decision.record(record, 0);
  decision.response = answer(Errc::none, "", version);
  return decision;
}

Buffer refuse_unregister_broker(std::int16_t version, Bytes body, Errc code) {
  UnregisterBrokerRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return answer(code, "", version);
}

}  // namespace millrace::controller
