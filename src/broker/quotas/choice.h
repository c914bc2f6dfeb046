#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "metadata/image.h"

namespace millrace::broker::quotas {

// What a quota limits.
enum class Kind : std::uint8_t {
  produce,     // bytes of produce requests per second
  fetch,       // bytes of fetch answers per second
  request,     // percent of one shard's time, that requests take
  mutation,    // partitions created and deleted per second (KIP-599)
  connection,  // connections per second from one address (KIP-612)
};
// Its key in the metadata: "producer_byte_rate".
std::string_view key_of(Kind kind);

// A limit and whose it is: all clients with the same owner share it.
struct Limit {
  std::string owner;
  double per_second = 0;
};

// The limit for a user's client, that of the most specific of: user and client, user and default client, user, default
// user and client, default user and default client, default user, client, default client. Nothing: no limit. A default
// is a limit for each one that it stands for, not for all together.
std::optional<Limit> limit_for(const metadata::Image& image, Kind kind, std::string_view user, std::string_view client);
// The limit for connections from an address, by its own or the default entry.
std::optional<Limit> limit_for_address(const metadata::Image& image, std::string_view address);

}  // namespace millrace::broker::quotas
