#pragma once

#include <algorithm>
#include <cstdint>

#include "protocol/message.h"

// Messages with two bytes in front, as the internal topics and the classic consumer protocol store them: a key is
// int16 record type + body (always version 0), a value or a subscription is int16 version + body.
namespace millrace::protocol {

// The record type that a key of __consumer_offsets, __share_group_state or __transaction_state begins with.
// Error::truncated if it is shorter than two bytes.
inline Result<std::int16_t> log_key_type(Bytes key) {
  if (key.size() < 2) return Error::truncated;
  return load_be<std::int16_t>(key.data());
}

template <Message K>
Buffer encode_log_key(const K& key) {
  Buffer buffer = Buffer::allocate(2 + encoded_size(key, 0));
  Writer out(buffer.writable());
  out.i16(K::kType);
  encode(out, 0, key);
  return buffer;
}

// Reads a whole key; `out` points into it. Error::unsupported: it is a key of another type; else as decode().
template <Message K>
Status decode_log_key(Bytes key, K& out) {
  Reader in(key);
  const std::int16_t type = in.i16();
  MR_TRY(in.status());
  if (type != K::kType) return Error::unsupported;
  return decode(in, 0, out);
}

// A value in `version`, with its version in front. Precondition: V has the version.
template <Message V>
Buffer encode_versioned(const V& value, std::int16_t version) {
  Buffer buffer = Buffer::allocate(2 + encoded_size(value, version));
  Writer out(buffer.writable());
  out.i16(version);
  encode(out, version, value);
  return buffer;
}

// Reads a value and tells the version that it was in. Error::unsupported: V has no such version; else as decode().
template <Message V>
Result<std::int16_t> decode_versioned(Bytes value, V& out) {
  Reader in(value);
  const std::int16_t version = in.i16();
  MR_TRY(in.status());
  MR_TRY(decode(in, version, out));
  return version;
}

// The same, but a version newer than V's newest is read as V's newest: what a consumer's subscription and assignment
// promise to allow. Negative versions are Error::unsupported.
template <Message V>
Result<std::int16_t> decode_versioned_or_newest(Bytes value, V& out) {
  Reader in(value);
  const std::int16_t version = in.i16();
  MR_TRY(in.status());
  MR_TRY(decode(in, std::min(version, V::kMaxVersion), out));
  return version;
}

}  // namespace millrace::protocol
