#include "broker/handlers/handlers.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::broker {

// KIP-4, KIP-516 (by id since version 6). The controller decides all of it.
void delete_topics(RequestPtr request, Broker& broker) {
  if (read_body<protocol::DeleteTopicsRequest>(*request)) forward(std::move(request), broker);
}

}  // namespace millrace::broker
