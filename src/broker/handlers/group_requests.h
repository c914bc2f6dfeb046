#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "broker/handlers/handlers.h"
#include "groups/group_coordinator.h"

namespace millrace::broker {

// Hands a request to the coordinator of `group`, on the shard of the group's partition, and its answer back. `body`
// was read from the request's frame and points into it.
template <protocol::Message Body>
void to_group(RequestPtr request, Broker& broker, std::string_view group, Body body,
              void (groups::GroupCoordinator::*method)(groups::Incoming<Body>, groups::Reply)) {
  groups::Incoming<Body> incoming{request->frame(), std::move(body), request->version(),
                                  std::string(request->header().client_id.value_or("")), "/" + request->peer().host};
  broker.crossing().ask<Buffer>(
      broker.groups().place_of(group).shard,
      [incoming = std::move(incoming), method, image = broker.image()](Broker& there,
                                                                      Callback<void(Buffer)> reply) mutable {
        there.observe(image);
        (there.groups().coordinator().*method)(std::move(incoming), std::move(reply));
      },
      [request = std::move(request)](Buffer answer) { request->send(std::move(answer)); });
}

}  // namespace millrace::broker
