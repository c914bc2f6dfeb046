#include "controller/apis.h"
#include "controller/limits.h"
#include "protocol/gen/allocate_producer_ids.h"
#include "protocol/gen/producer_ids_record.h"

namespace millrace::controller {
namespace {

using protocol::Errc;

Buffer answer(Errc code, std::int64_t start, std::int32_t length, std::int16_t version) {
  protocol::AllocateProducerIdsResponse response;
  response.error_code = protocol::to_wire(code);
  response.producer_id_start = start;
  response.producer_id_len = length;
  return protocol::encode_body(response, version);
}

}  // namespace

// KIP-730. Hands a block of producer ids to a broker; no id is ever handed out twice.
//
// Errors: STALE_BROKER_EPOCH unless the broker is registered with this epoch; UNKNOWN_SERVER_ERROR when no ids are
// left.
Result<Decision> decide_allocate_producer_ids(const Context& context, std::int16_t version, Bytes body) {
  protocol::AllocateProducerIdsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  const metadata::BrokerImage* broker = context.image.broker(NodeId(request.broker_id));
  const std::int64_t start = context.image.next_producer_id();
  if (broker == nullptr || broker->epoch != request.broker_epoch) {
    decision.response = answer(Errc::stale_broker_epoch, 0, 0, version);
  } else if (start > INT64_MAX - kProducerIdBlock) {
    decision.response = answer(Errc::unknown_server_error, 0, 0, version);
  } else {
    protocol::ProducerIdsRecord record;
    record.broker_id = request.broker_id;
    record.broker_epoch = request.broker_epoch;
    record.next_producer_id = start + kProducerIdBlock;
    decision.record(record, 0);
    decision.response = answer(Errc::none, start, kProducerIdBlock, version);
  }
  return decision;
}

Buffer refuse_allocate_producer_ids(std::int16_t version, Bytes, protocol::Errc code) {
  return answer(code, 0, 0, version);
}

}  // namespace millrace::controller
