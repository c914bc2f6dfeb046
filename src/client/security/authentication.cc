#include "client/security/authentication.h"

#include <fmt/format.h>

#include <utility>

#include "client/errors.h"
#include "protocol/frame.h"
#include "protocol/gen/sasl_authenticate.h"
#include "protocol/gen/sasl_handshake.h"

namespace millrace::client {

using protocol::SaslAuthenticateRequest;
using protocol::SaslAuthenticateResponse;
using protocol::SaslHandshakeRequest;
using protocol::SaslHandshakeResponse;

namespace {

Error unreadable(const std::string& broker) {
  return local_error(Cause::network, broker + ": its answer to the authentication cannot be read");
}

template <typename M>
protocol::RequestHeader header(std::int16_t version, std::int32_t correlation, const std::string& client_id) {
  return {static_cast<std::int16_t>(M::kApi), version, correlation, client_id};
}

}  // namespace

Authentication::Authentication(const SaslOptions& options, const TokenSource::Token& token, ports::Random& random,
                               const BrokerVersions& versions, std::string client_id, std::string broker)
    : options_(options),
      versions_(versions),
      client_id_(std::move(client_id)),
      broker_(std::move(broker)),
      exchange_(begin_exchange(options, token, random)) {}

Result<Buffer> Authentication::request(std::int32_t correlation) {
  if (!greeted_) {
    // Version 0 is followed by tokens without frames, which this client does not speak.
    const auto version = versions_.choose(protocol::ApiKey::sasl_handshake, {1, 1}, broker_);
    if (!version) return version.error();
    version_ = *version;
    SaslHandshakeRequest request;
    request.mechanism = name(options_.mechanism);
    return protocol::request_frame(header<SaslHandshakeRequest>(version_, correlation, client_id_), request);
  }
  const auto version = versions_.choose(protocol::ApiKey::sasl_authenticate,
                                        {0, SaslAuthenticateRequest::kMaxVersion}, broker_);
  if (!version) return version.error();
  version_ = *version;
  SaslAuthenticateRequest request;
  request.auth_bytes = as_bytes(message_);
  return protocol::request_frame(header<SaslAuthenticateRequest>(version_, correlation, client_id_), request);
}

Result<bool> Authentication::take(Bytes frame) {
  protocol::Reader in(frame);
  protocol::ResponseHeader head;
  const auto api = greeted_ ? SaslAuthenticateRequest::kApi : SaslHandshakeRequest::kApi;
  if (!protocol::decode_response_header(in, static_cast<std::int16_t>(api), version_, head).ok()) {
    return unreadable(broker_);
  }
  const Bytes body = frame.subspan(frame.size() - in.remaining());
  return greeted_ ? take_step(body) : take_handshake(body);
}

Result<bool> Authentication::take_handshake(Bytes body) {
  protocol::Reader in(body);
  SaslHandshakeResponse response;
  if (!decode(in, version_, response).ok()) return unreadable(broker_);
  if (response.error_code != 0) {
    std::string offered;
    for (const auto& one : response.mechanisms) offered += (offered.empty() ? "" : ", ") + std::string(one);
    return refused(response.error_code, offered.empty() ? "" : "it offers " + offered);
  }
  greeted_ = true;
  message_ = exchange_->first();
  return false;
}

Result<bool> Authentication::take_step(Bytes body) {
  protocol::Reader in(body);
  SaslAuthenticateResponse response;
  if (!decode(in, version_, response).ok()) return unreadable(broker_);
  if (response.error_code != 0) return refused(response.error_code, response.error_message.value_or(""));
  auto next = exchange_->next(as_text(response.auth_bytes));
  if (!next) {
    Error error = next.error();
    error.message = broker_ + ": " + error.message;
    return error;
  }
  if (*next) {
    message_ = **std::move(next);
    return false;
  }
  lifetime_ = Millis(response.session_lifetime_ms);
  return true;
}

Error Authentication::refused(std::int16_t code, std::string_view detail) const {
  const auto errc = protocol::from_wire(code);
  Error error = broker_error(errc, fmt::format("{}: authentication by {}", broker_, name(options_.mechanism)), detail);
  if (errc == protocol::Errc::sasl_authentication_failed || errc == protocol::Errc::unsupported_sasl_mechanism ||
      errc == protocol::Errc::illegal_sasl_state) {
    error.cause = Cause::authentication;
    error.retriable = false;
    error.fatal = true;
  }
  return error;
}

}  // namespace millrace::client
