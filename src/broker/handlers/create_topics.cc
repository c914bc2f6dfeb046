#include "broker/handlers/handlers.h"
#include "protocol/gen/create_topics.h"

namespace millrace::broker {

// KIP-4, KIP-525, KIP-599. The controller decides all of it; a body that cannot be read ends the connection here, as
// every other does.
void create_topics(RequestPtr request, Broker& broker) {
  if (read_body<protocol::CreateTopicsRequest>(*request)) forward(std::move(request), broker);
}

}  // namespace millrace::broker
