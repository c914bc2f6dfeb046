#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/api.h"
#include "protocol/gen/headers.h"
#include "protocol/message.h"

// Whole frames of a connection: four bytes of length, a header, a body.
namespace millrace::protocol {

inline constexpr std::size_t kLengthBytes = 4;

// Reads the header of a request frame (without its length) in the version that its first bytes ask for; `in` then
// stands at the body. The client id points into the frame. Error::truncated or Error::corrupt: no request. Whether the
// API and version exist is for the caller to judge: the header of an unknown API is read like a flexible one.
Status decode_request_header(Reader& in, RequestHeader& out);

// Reads the header of a response to a request of that API and version; `in` then stands at the body.
Status decode_response_header(Reader& in, std::int16_t api_key, std::int16_t api_version, ResponseHeader& out);

// A frame to be sent: `pieces` in order, some of which lie in `head`, some with the owner of the records, some outside
// of memory (records_ref.h). The frame keeps only `head` alive.
struct OutFrame {
  Buffer head;
  std::vector<Piece> pieces;
  std::uint64_t size = 0;  // of all pieces, the four bytes of length included
};

// A response without copying its records. Precondition: M has the version; the frame stays below 2 GiB.
template <Message M>
OutFrame response_frame(std::int32_t correlation_id, std::int16_t api_version, const M& body) {
  const auto key = static_cast<std::int16_t>(M::kApi);
  const std::int16_t header_version = response_header_version(key, api_version);
  const ResponseHeader header{correlation_id};
  Writer counter;
  encode(counter, header_version, header);
  encode(counter, api_version, body);
  OutFrame frame{Buffer::allocate(kLengthBytes + counter.inline_size()), {}, kLengthBytes + counter.size()};
  Writer out(frame.head.writable(), Writer::Records::gather);
  out.i32(static_cast<std::int32_t>(counter.size()));
  encode(out, header_version, header);
  encode(out, api_version, body);
  frame.pieces = out.pieces();
  return frame;
}

// A request in one buffer, its length in front. `header` names API and version; M must be that request.
template <Message M>
Buffer request_frame(const RequestHeader& header, const M& body) {
  const std::int16_t version = header.request_api_version;
  const std::int16_t header_version = request_header_version(header.request_api_key, version);
  const std::size_t size = encoded_size(header, header_version) + encoded_size(body, version);
  Buffer frame = Buffer::allocate(kLengthBytes + size);
  Writer out(frame.writable());
  out.i32(static_cast<std::int32_t>(size));
  encode(out, header_version, header);
  encode(out, version, body);
  return frame;
}

}  // namespace millrace::protocol
