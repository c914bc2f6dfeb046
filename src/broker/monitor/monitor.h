#pragma once

#include <string>

#include "base/callback.h"
#include "base/result.h"
#include "http/server.h"
#include "ports/net.h"

namespace millrace::broker {

class Broker;

// What operators' tools ask a node by HTTP, on a port of its own (millrace.http.listener): GET /metrics in Prometheus'
// text, /live (200 as long as the process answers), /ready (200 while clients are served, else 503). On shard 0.
class Monitor {
 public:
  explicit Monitor(Broker& broker);

  // Returns the port; the error is one line that names the setting.
  Result<std::uint16_t, std::string> listen(const ports::Endpoint& endpoint);
  enum class State : std::uint8_t { starting = 1, running = 3, stopping = 6 };  // Kafka's numbers
  void set_state(State state) { state_ = state; }
  // Ends its connections; nothing is accepted any more once the shard has stopped listening.
  void close() { server_.close_all(); }

 private:
  void handle(http::Request request, http::Server::Reply reply);
  void metrics(http::Server::Reply reply);

  Broker& broker_;
  State state_ = State::starting;
  http::Server server_;
};

}  // namespace millrace::broker
