#include "broker/doors.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/connection_limits.h"
#include "broker/handlers/config_resources.h"
#include "broker/limits.h"

namespace millrace::broker {

// One listener's acceptor.
class Doors::Door final : public ports::Acceptor {
 public:
  Door(Doors& doors, Listener listener) : doors_(doors), listener_(std::move(listener)) {}

  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override {
    Broker& broker = doors_.broker_;
    const std::uint64_t id = ++doors_.last_;
    auto handler = std::make_unique<ClientConnection>(broker.shard(), connection, listener_, broker, broker.memory(),
                                                      broker.receive_buffer(),
                                                      [doors = &doors_, id] { doors->gone(id); });
    doors_.connections_.emplace(id, Entrant{handler.get(), this});
    if (doors_.closing_ || closed_) handler->drain();
    if (broker.quotas().active()) count(id, *handler, connection.peer().host);
    return handler;
  }

  bool is_open_as(std::string_view name) const { return !closed_ && listener_.name == name; }
  void close() { closed_ = true; }

 private:
  // Nothing is served before it is known that the address may connect so often.
  void count(std::uint64_t id, ClientConnection& connection, const std::string& address) {
    connection.hold();
    doors_.broker_.quotas().count_connection(address, [doors = &doors_, id](Millis pause) {
      const auto found = doors->connections_.find(id);
      if (found == doors->connections_.end()) return;
      if (pause > Millis(0)) {
        found->second.connection->refuse_after(pause);
      } else {
        found->second.connection->release();
      }
    });
  }

  Doors& doors_;
  const Listener listener_;
  bool closed_ = false;
};

Doors::Doors(Broker& broker) : broker_(broker) {}
Doors::~Doors() { broker_.shard().timers.cancel(patience_); }

Result<std::vector<std::uint16_t>, std::string> Doors::listen(const std::vector<Listener>& listeners) {
  const ports::ListenLimits limits = connection_limits(broker_.config(), server_layers(broker_));
  std::vector<std::uint16_t> listening;
  for (const Listener& listener : listeners) {
    doors_.push_back(std::make_unique<Door>(*this, listener));
    const auto port = broker_.shard().network.listen(listener.bound, limits, *doors_.back());
    if (!port) {
      doors_.back()->close();
      const char* why = port.error() == Error::not_found ? "the host name does not resolve"
                                                         : "the port is in use, or not allowed to this user";
      return fmt::format("listeners={}://{}:{}: cannot listen there: {}", listener.name, listener.bound.host,
                         listener.bound.port, why);
    }
    listening.push_back(*port);
  }
  return listening;
}

void Doors::close(std::string_view listener) {
  const auto at = std::ranges::find_if(doors_, [&](const auto& door) { return door->is_open_as(listener); });
  if (at == doors_.end()) return;
  (*at)->close();
  broker_.shard().network.stop_listening_for(**at);
  std::vector<ClientConnection*> open;
  for (const auto& [id, entrant] : connections_) {
    if (entrant.door == at->get()) open.push_back(entrant.connection);
  }
  for (ClientConnection* connection : open) connection->drain();
}

void Doors::close(Task closed) {
  closed_ = std::move(closed);
  closing_ = true;
  auto& shard = broker_.shard();
  shard.network.stop_listening();
  std::vector<ClientConnection*> open;
  for (const auto& [id, entrant] : connections_) open.push_back(entrant.connection);
  for (ClientConnection* connection : open) connection->drain();
  if (connections_.empty()) return finish();
  patience_ = shard.timers.at(shard.clock.now() + kDrainPatience, [this] { finish(); });
}

void Doors::gone(std::uint64_t id) {
  connections_.erase(id);
  if (closing_ && connections_.empty()) finish();
}

void Doors::finish() {
  broker_.shard().timers.cancel(patience_);
  if (closed_) std::exchange(closed_, Task())();
}

}  // namespace millrace::broker
