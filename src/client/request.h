#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "client/errors.h"
#include "millrace/result.h"
#include "ports/net.h"
#include "ports/timers.h"
#include "protocol/api.h"
#include "protocol/frame.h"
#include "protocol/limits.h"

namespace millrace::client {

// An answer that was decoded. Strings and records of `body` point into `frame`, which this keeps alive: move the whole.
template <protocol::Message R>
struct Answer {
  R body;
  Buffer frame;
  std::int16_t version = 0;  // that was spoken
  NodeId from;               // negative: a bootstrap server whose id is not known yet
};

// An answer as it came: the body begins at `body_at`.
struct Reply {
  Buffer frame;
  std::size_t body_at = 0;
  std::int16_t version = 0;
  NodeId from;
};

// The versions of one API that a call can do with.
struct VersionRange {
  std::int16_t min = 0;
  std::int16_t max = 0;
};

// A frame as it is sent, its length included.
using Frame = std::vector<ports::Piece>;

// One request on its way, without its type.
struct Request {
  protocol::ApiKey api{};
  VersionRange versions;
  // Makes the frame when the version is known, which is when a connection is there.
  Callback<Result<Frame>(const protocol::RequestHeader& header)> encode;
  // Called once, never from inside the call that took the request.
  Callback<void(Result<Reply>)> done;
  MonoTime deadline;
  Millis timeout;       // what the deadline was made from, for the message
  bool answered = true;  // false: the broker sends no answer (acks=0); done is called when it was handed to the system
};

// The frame whose parts lie in `head` or are, in their order, `records`.
Frame gather(const Buffer& head, const std::vector<protocol::Piece>& parts, const std::vector<Buffer>& records);

// A request without copying its records. Cause::invalid_argument if one of its texts is longer than any can be.
template <protocol::Message M>
Result<Frame> request_frame(const protocol::RequestHeader& header, const M& body, const std::vector<Buffer>& records) {
  const std::int16_t version = header.request_api_version;
  const std::int16_t header_version = protocol::request_header_version(header.request_api_key, version);
  protocol::Writer counter;
  encode(counter, header_version, header);
  encode(counter, version, body);
  if (counter.truncated()) {
    return local_error(Cause::invalid_argument,
                       "what is to be sent with " + std::string(protocol::api_info(M::kApi).name) +
                           " has a text of more than " + std::to_string(protocol::kMaxStringBytes) + " bytes");
  }
  Buffer head = Buffer::allocate(protocol::kLengthBytes + counter.inline_size());
  protocol::Writer out(head.writable(), protocol::Writer::Records::gather);
  out.i32(static_cast<std::int32_t>(counter.size()));
  encode(out, header_version, header);
  encode(out, version, body);
  return gather(head, out.pieces(), records);
}

// The encoder of a message made by `make`, a call from version to M or Result<M>. `records`: those that it has, in
// their order.
template <protocol::Message M, typename Make>
Callback<Result<Frame>(const protocol::RequestHeader&)> encoder(Make make, std::vector<Buffer> records) {
  return [make = std::move(make), records = std::move(records)](
             const protocol::RequestHeader& header) mutable -> Result<Frame> {
    Result<M> message = make(header.request_api_version);
    if (!message) return message.error();
    if (!fits(*message, header.request_api_version)) {
      return local_error(Cause::unsupported_version,
                         std::string(protocol::api_info(M::kApi).name) + " version " +
                             std::to_string(header.request_api_version) +
                             " of the broker cannot carry what is asked; use a newer broker");
    }
    return request_frame(header, *message, records);
  };
}

// Reads a reply as R. Cause::corrupt if it is none.
template <protocol::Message R>
Result<Answer<R>> read_answer(Reply reply) {
  Answer<R> answer;
  answer.frame = std::move(reply.frame);
  answer.version = reply.version;
  answer.from = reply.from;
  protocol::Reader in(answer.frame.bytes().subspan(reply.body_at));
  if (!decode(in, reply.version, answer.body).ok()) {
    return local_error(Cause::corrupt, "the answer of broker " + std::to_string(reply.from.value()) + " to " +
                                           std::string(protocol::api_info(R::kApi).name) +
                                           " cannot be read; see whether it is a Kafka broker");
  }
  return answer;
}

}  // namespace millrace::client
