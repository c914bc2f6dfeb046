#include "broker/listener_changes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/handlers/config_resources.h"
#include "config/listener_change.h"

namespace millrace::broker {

void ListenerChanges::begin(std::vector<Listener> listeners) {
  listeners_ = std::move(listeners);
  running_ = true;
  follow();
}

void ListenerChanges::follow() {
  if (!running_) return;
  if (waiting_ > 0) {
    again_ = true;
    return;
  }
  const config::ServerLayers layers = server_layers(broker_);
  const auto text = [&](std::string_view name) {
    return config::value_text(config::resolve_server(name, layers)).value_or("");
  };
  std::string now = text("listeners") + "\n" + text("listener.security.protocol.map");
  if (now == std::exchange(seen_, now)) return;
  const auto wanted = config::listeners_in_force(layers);
  if (!wanted.ok()) {
    return broker_.shard().log.error(fmt::format("the listeners stay as they are: {}", wanted.error()));
  }
  const auto is_named = [](const auto& list, std::string_view name) {
    return std::ranges::any_of(list, [&](const auto& listener) { return listener.name == name; });
  };
  std::vector<std::string> gone;
  for (const Listener& listener : listeners_) {
    if (!listener.controller && !is_named(wanted->broker_listeners, listener.name)) gone.push_back(listener.name);
  }
  for (const std::string& name : gone) remove(name);
  for (const auto& listener : wanted->broker_listeners) {
    if (is_named(listeners_, listener.name)) continue;
    const auto protocol = wanted->protocols.find(listener.name)->second;
    if (protocol != config::SecurityProtocol::plaintext) {
      broker_.shard().log.error(fmt::format("listeners={}: {} listeners are not there yet; nothing listens as {}",
                                            listener.text(), config::to_string(protocol), listener.name));
      continue;
    }
    add({listener.name, {listener.address.host, listener.address.port}, false});
  }
}

// The other shards listen on the port that this one got.
void ListenerChanges::add(const Listener& listener) {
  auto port = broker_.doors().listen({listener});
  if (!port) return broker_.shard().log.error(port.error());
  listeners_.push_back(listener);
  listeners_.back().bound.port = port->front();
  broker_.shard().log.info(fmt::format("listens on {}://{}:{} as well", listener.name, listener.bound.host,
                                       listeners_.back().bound.port));
  on_others([bound = listeners_.back()](Broker& there) {
    if (const auto ports = there.doors().listen({bound}); !ports) there.shard().log.error(ports.error());
  });
}

void ListenerChanges::remove(const std::string& name) {
  broker_.doors().close(std::string_view(name));
  std::erase_if(listeners_, [&](const Listener& listener) { return listener.name == name; });
  broker_.shard().log.info(fmt::format("does not listen as {} any more", name));
  on_others([name](Broker& there) { there.doors().close(std::string_view(name)); });
}

template <typename Work>
void ListenerChanges::on_others(Work work) {
  for (std::uint32_t i = 1; i < broker_.shard().count; ++i) {
    ++waiting_;
    broker_.crossing().ask<bool>(
        ShardId(i),
        [work](Broker& there, Callback<void(bool)> answer) {
          work(there);
          answer(true);
        },
        [this](bool) { one_less(); });
  }
}

void ListenerChanges::one_less() {
  if (--waiting_ == 0 && std::exchange(again_, false)) follow();
}

}  // namespace millrace::broker
