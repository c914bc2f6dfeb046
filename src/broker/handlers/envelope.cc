// Envelope (KIP-590): a request that a broker hands on to the active controller for a client of its own. What is inside
// is a whole request with its header; the answer is a whole answer. Only what the controller decides may be inside.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/default_principal_data.h"
#include "protocol/gen/envelope.h"
#include "protocol/reader.h"

namespace millrace::broker {
namespace {

using protocol::EnvelopeRequest;
using protocol::EnvelopeResponse;
using protocol::Errc;

constexpr std::size_t kIpv4 = 4, kIpv6 = 16;

// A version, then that version of the message.
bool is_principal(Bytes bytes) {
  protocol::Reader in(bytes);
  const std::int16_t version = in.i16();
  protocol::DefaultPrincipalData data;
  return in.status().ok() && version == protocol::DefaultPrincipalData::kMaxVersion &&
         protocol::decode(in, version, data).ok() && in.remaining() == 0;
}

void refuse(Request& request, Errc code) {
  EnvelopeResponse response;
  response.error_code = protocol::to_wire(code);
  answer(request, response);
}

// What is inside may be asked of the controller by a broker on behalf of a client. A Fetch is two things: from a client
// it is the broker's.
bool may_be_inside(const Handler* handler, const RequestHeader& header, Broker& broker) {
  return handler != nullptr && handler->has(header.version) &&
         handler->listeners == (protocol::kOnBroker | protocol::kOnController) &&
         handler->api != protocol::ApiKey::fetch &&
         broker.facts().controller_serves.test(static_cast<std::size_t>(header.api_key));
}

// An answer as it would travel, without its length: header, then body.
Buffer whole_answer(const RequestHeader& asked, Bytes body) {
  const std::size_t header = asked.flexible_answer ? 5 : 4;
  Buffer whole = Buffer::allocate(header + body.size());
  store_be(whole.data(), asked.correlation_id);
  if (asked.flexible_answer) whole.data()[4] = std::byte{0};
  std::ranges::copy(body, whole.data() + header);
  return whole;
}

}  // namespace

// Errors: PRINCIPAL_DESERIALIZATION_FAILURE; INVALID_REQUEST for an address that is none, or a request that must not be
// inside; UNSUPPORTED_VERSION.
void envelope(RequestPtr request, Broker& broker) {
  const auto body = read_body<EnvelopeRequest>(*request);
  if (!body) return;
  if (!body->request_principal || !is_principal(*body->request_principal)) {
    return refuse(*request, Errc::principal_deserialization_failure);
  }
  if (body->client_host_address.size() != kIpv4 && body->client_host_address.size() != kIpv6) {
    return refuse(*request, Errc::invalid_request);
  }
  const auto header = broker.read_header(body->request_data);
  if (!header) return refuse(*request, Errc::invalid_request);
  const Handler* handler = find_handler(header->api_key);
  if (handler != nullptr && !handler->has(header->version)) return refuse(*request, Errc::unsupported_version);
  if (!may_be_inside(handler, *header, broker)) return refuse(*request, Errc::invalid_request);
  const Bytes inside = body->request_data.subspan(header->size);
  broker.to_controller(header->api_key, header->version, Buffer::copy_of(inside),
                       [request = std::move(request), inner = *header](Buffer decided) {
                         if (decided.empty()) return refuse(*request, Errc::invalid_request);
                         const Buffer whole = whole_answer(inner, decided.bytes());
                         EnvelopeResponse response;
                         response.response_data = whole.bytes();
                         answer(*request, response);
                       });
}

}  // namespace millrace::broker
