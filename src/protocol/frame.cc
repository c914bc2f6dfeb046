#include "protocol/frame.h"

namespace millrace::protocol {

Status decode_request_header(Reader& in, RequestHeader& out) {
  Reader ahead(in.rest());
  const std::int16_t key = ahead.i16();
  const std::int16_t version = ahead.i16();
  MR_TRY(ahead.status());
  return decode(in, request_header_version(key, version), out);
}

Status decode_response_header(Reader& in, std::int16_t api_key, std::int16_t api_version, ResponseHeader& out) {
  return decode(in, response_header_version(api_key, api_version), out);
}

}  // namespace millrace::protocol
