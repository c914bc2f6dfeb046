#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/message.h"
#include "protocol/testing/round_trip.h"

namespace millrace::protocol::testing {

// One message's codec without its type.
struct Erased {
  std::string_view name;
  Status (*round_trip)(Reader& in, std::int16_t version, RoundTrip& out);
  void (*encode_default)(Writer& out, std::int16_t version);
};

// Fills `out` with what `encode` writes for `message` through each of the writer's ways.
void encode_all_ways(void (*encode)(const void*, Writer&, std::int16_t), const void* message, std::int16_t version,
                     RoundTrip& out);

template <Message M>
constexpr Erased erase(std::string_view name) {
  return {name,
          [](Reader& in, std::int16_t version, RoundTrip& out) -> Status {
            M message;
            MR_TRY(decode(in, version, message));
            const auto put = [](const void* from, Writer& to, std::int16_t to_version) {
              encode(to, to_version, *static_cast<const M*>(from));
            };
            encode_all_ways(put, &message, version, out);
            out.fits = representable(message, version).ok();
            return Status();
          },
          [](Writer& out, std::int16_t version) { encode(out, version, M{}); }};
}

// Every message with a codec, in the order of all_messages().
std::span<const Erased> all_erased();

}  // namespace millrace::protocol::testing
