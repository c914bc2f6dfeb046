#include "client/admin/raw.h"

#include <algorithm>

#include "protocol/frame.h"

namespace millrace::client::admin {
namespace {

// A request whose body is there already, in one buffer.
Buffer frame_of(const protocol::RequestHeader& header, Bytes body) {
  const auto version = protocol::request_header_version(header.request_api_key, header.request_api_version);
  const std::size_t size = protocol::encoded_size(header, version) + body.size();
  Buffer frame = Buffer::allocate(protocol::kLengthBytes + size);
  protocol::Writer out(frame.writable());
  out.i32(static_cast<std::int32_t>(size));
  encode(out, version, header);
  std::ranges::copy(body, frame.writable().last(body.size()).begin());
  return frame;
}

void send(AdminCore& core, Target target, RawRequest raw, Millis timeout, Done<RawAnswer> done) {
  Request request;
  request.api = static_cast<protocol::ApiKey>(raw.api);
  request.versions = {raw.version, raw.version};
  request.timeout = timeout;
  request.encode = [body = std::move(raw.body)](const protocol::RequestHeader& header) -> client::Result<Frame> {
    return Frame{ports::Piece::of(frame_of(header, body))};
  };
  request.done = [done = std::move(done)](client::Result<Reply> reply) mutable {
    if (!reply) return done(reply.error());
    const auto body = reply->frame.bytes().subspan(reply->body_at);
    done(RawAnswer{{body.begin(), body.end()}, reply->from.value()});
  };
  core.cluster.send_untyped(std::move(target), std::move(request));
}

}  // namespace

void send_raw(AdminCore& core, RawRequest raw, Millis timeout, Done<RawAnswer> done) {
  if (!raw.broker && !raw.controller) return send(core, Target::any(), std::move(raw), timeout, std::move(done));
  // Where a broker or the controller is, only metadata tells.
  live_brokers(core, timeout, [&core, raw = std::move(raw), timeout, done = std::move(done)](
                                  client::Result<std::vector<NodeId>> known) mutable {
    if (!known) return done(known.error());
    const Target target = raw.controller ? Target::controller() : Target::node(NodeId(*raw.broker));
    send(core, target, std::move(raw), timeout, std::move(done));
  });
}

}  // namespace millrace::client::admin
