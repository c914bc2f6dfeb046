#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/gen/api_key.h"
#include "protocol/reader.h"
#include "protocol/writer.h"

// Every generated message M (protocol/gen/*.h) comes with three functions; here is what they promise, and what follows
// from them for all.
//
//   Status decode(Reader& in, std::int16_t version, M& out)
//     Reads one body; what stands behind it is left in `in`. Fields that `version` does not have get their defaults.
//     Strings and bytes point into the frame. Error::unsupported: M has no such version; Error::truncated,
//     Error::corrupt, Error::too_large: the bytes are no such message; `out` is then of no use.
//   void encode(Writer& out, std::int16_t version, const M& message)
//     Writes one body; fields that `version` does not have are left out, nulls that it cannot say become empty.
//     Precondition: M::kMinVersion <= version <= M::kMaxVersion.
//   bool fits(const M& message, std::int16_t version)
//     Whether encode() in `version` loses nothing but fields that are declared droppable.
namespace millrace::protocol {

template <typename T>
concept Message = requires(const T& message, T& target, Reader& in, Writer& out, std::int16_t version) {
  { T::kMinVersion } -> std::convertible_to<std::int16_t>;
  { T::kMaxVersion } -> std::convertible_to<std::int16_t>;
  decode(in, version, target);
  encode(out, version, message);
  fits(message, version);
};

// The bytes that encode() will write, records included.
template <Message T>
std::size_t encoded_size(const T& message, std::int16_t version) {
  Writer counter;
  encode(counter, version, message);
  return counter.size();
}

// The body in a buffer of its own. Precondition: no records outside of memory.
template <Message T>
Buffer encode_body(const T& message, std::int16_t version) {
  Buffer buffer = Buffer::allocate(encoded_size(message, version));
  Writer out(buffer.writable());
  encode(out, version, message);
  return buffer;
}

// Reads a body that `frame` begins with; bytes behind it are ignored, as Kafka ignores them.
template <Message T>
Status decode_body(Bytes frame, std::int16_t version, T& out) {
  Reader in(frame);
  return decode(in, version, out);
}

// Whether `message` can be said in `version` without loss: Error::unsupported if there is no such version or a field
// that must not be dropped has a value which it cannot carry; Error::too_large if a string is too long.
template <Message T>
Status representable(const T& message, std::int16_t version) {
  if (version < T::kMinVersion || version > T::kMaxVersion || !fits(message, version)) return Error::unsupported;
  Writer counter;
  encode(counter, version, message);
  return counter.truncated() ? Status(Error::too_large) : Status();
}

}  // namespace millrace::protocol
