#pragma once

#include <memory>
#include <string>

#include "base/callback.h"
#include "ports/net.h"
#include "ports/timers.h"

namespace millrace::ports {

// Puts TLS between connections that were opened and those who use them. Shared by the connections of a client; it
// belongs to no shard, the connections that it secures each belong to theirs.
class TlsClient {
 public:
  virtual ~TlsClient() = default;
  // Makes the handler of the secured connection, which shows plain bytes; what is sent before the handshake ends goes
  // out behind it.
  using Inner = Callback<std::unique_ptr<ConnectionHandler>(Connection& secured)>;
  // Told at most once, before on_closed: one side does not trust the other, or they have no way of speaking in common.
  // A sentence for a person, which names what to change.
  using Refused = Callback<void(std::string why)>;

  // `raw` was just opened to `host`, the name or address that its certificate must show; the result is its handler.
  // The secured connection sends memory only, no ranges of files.
  virtual std::unique_ptr<ConnectionHandler> secure(Connection& raw, Timers& timers, const std::string& host,
                                                    Inner inner, Refused refused) = 0;
};

}  // namespace millrace::ports
