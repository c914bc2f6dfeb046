#include "protocol/testing/round_trip.h"

#include <cstring>

#include "base/assert.h"
#include "protocol/testing/erased.h"

namespace millrace::protocol::testing {

namespace {

const Erased& find(const MessageSchema& message) {
  for (const Erased& erased : all_erased()) {
    if (erased.name == message.name) return erased;
  }
  MR_ASSERT(!"every message has a codec");
  return all_erased().front();
}

}  // namespace

void encode_all_ways(void (*encode)(const void*, Writer&, std::int16_t), const void* message, std::int16_t version,
                     RoundTrip& out) {
  Writer counter;
  encode(message, counter, version);
  out.copied.resize(counter.size());
  Writer copier(out.copied);
  encode(message, copier, version);
  MR_ASSERT(copier.size() == counter.size());

  std::vector<std::byte> head(counter.inline_size());
  Writer gatherer(head, Writer::Records::gather);
  encode(message, gatherer, version);
  MR_ASSERT(gatherer.inline_size() == head.size());
  for (const Piece& piece : gatherer.pieces()) {
    out.gathered.insert(out.gathered.end(), piece.bytes.begin(), piece.bytes.end());
  }
}

Result<RoundTrip> round_trip(const MessageSchema& message, std::int16_t version, Bytes bytes) {
  Reader in(bytes);
  RoundTrip out;
  MR_TRY(find(message).round_trip(in, version, out));
  out.bytes_left = in.remaining();
  return out;
}

std::vector<std::byte> encode_default(const MessageSchema& message, std::int16_t version) {
  Writer counter;
  find(message).encode_default(counter, version);
  std::vector<std::byte> bytes(counter.size());
  Writer out(bytes);
  find(message).encode_default(out, version);
  return bytes;
}

std::size_t codec_count() { return all_erased().size(); }

}  // namespace millrace::protocol::testing
