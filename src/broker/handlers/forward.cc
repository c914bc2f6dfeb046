// Requests that only the active controller can decide. Whoever takes them hands the body on as it came, and the answer
// back as it comes, so it does not matter where the controller is.
#include "broker/handlers/handlers.h"

namespace millrace::broker {

void forward(RequestPtr request, Broker& broker) {
  const std::int16_t api_key = request->api_key();
  const std::int16_t version = request->version();
  Buffer body = request->body();
  broker.to_controller(api_key, version, std::move(body),
                       [request = std::move(request)](Buffer answer) {
                         // The controller could not read it.
                         if (answer.empty()) return request->hang_up();
                         request->send(std::move(answer));
                       });
}

}  // namespace millrace::broker
